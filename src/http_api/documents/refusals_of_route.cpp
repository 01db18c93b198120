#include "http_api/documents/refusals_of_route.hpp"

#include "api/answer.hpp"
#include "domain/error_code.hpp"
#include "http_api/request/credentials.hpp"
#include "http_api/request/refusal_texts.hpp"

namespace parley::http_api {

namespace {

void add_limiters(Scope scope, std::vector<api::Refusal>& refusals) {
  if (scope == Scope::exempt) return;
  const auto add = [&](std::string_view text) { refusals.push_back({ErrorCode::rate_limited, text}); };
  add(too_many_requests_text);
  if (scope == Scope::chat || scope == Scope::sessions || scope == Scope::administration) add(too_many_signals_text);
  if (scope == Scope::session_creation) add(too_many_creations_text);
}

void add_body(RefusalsByStatus& all) {
  all[400].framework.insert(all[400].framework.end(), {"Invalid JSON{ near byte 17}", "The body is not valid {gzip}"});
  all[413].framework.push_back(body_too_large_text);
  all[415].framework.insert(all[415].framework.end(), {R"(unsupported charset "{LATIN1}")", R"(unsupported content encoding "{zstd}")"});
}

}  // namespace

RefusalsByStatus refusals_of(const Route& route) {
  const auto& operation = route.operation;
  RefusalsByStatus all;
  all[403].framework.push_back(origin_refused_text);
  if (!operation.body.empty()) add_body(all);
  add_limiters(route.scope, all[429].coded);
  if (all[429].coded.empty()) all.erase(429);
  if (needs_token(route.scope)) {
    all[401].framework = {token_missing_text, text_of(auth::AuthFailure::revoked), text_of(auth::AuthFailure::invalid),
                          text_of(auth::AuthFailure::user_not_found)};
  }
  if (!parameter_names(route.pattern)[0].empty()) all[400].framework.push_back("Failed to decode param '{%E0%A4%A}'");
  if (route.scope == Scope::administration) all[403].coded.push_back({ErrorCode::forbidden, "Admin access required"});
  for (const auto& refusal : operation.refusals) all[error_row(refusal.code).http_status].coded.push_back(refusal);
  // The user of the token may have to be read from the user store.
  const bool reads_user = needs_token(route.scope) && operation.work == api::Work::none;
  for (const auto& refusal : api::store_refusals(reads_user ? api::Work::reads : operation.work))
    all[error_row(refusal.code).http_status].coded.push_back(refusal);
  all[500].plain.push_back(server_error_text);
  return all;
}

void write_refusal_examples(JsonWriter& writer, const StatusRefusals& refusals) {
  std::size_t number = 0;
  const auto begin = [&] { writer.key("refusal" + std::to_string(++number)).begin_object().key("value"); };
  for (const auto text : refusals.framework) {
    begin();
    writer.begin_object().key("success").boolean(false).member("message", api::example_of(text)).end_object().end_object();
  }
  for (const auto text : refusals.plain) {
    begin();
    writer.begin_object().member("message", api::example_of(text)).end_object().end_object();
  }
  for (const auto& refusal : refusals.coded) {
    begin();
    const bool is_load = error_row(refusal.code).fault == Fault::load;
    api::write_error(writer, {refusal.code, api::example_of(refusal.text), {}, is_load ? 1000 : 0});
    writer.end_object();
  }
}

void write_refusal_schema(api::SchemaWriter& schemas, JsonWriter& writer, const StatusRefusals& refusals) {
  const auto one_form = [&](const api::Schema& form, const std::vector<std::string_view>& texts) {
    if (texts.empty()) return;
    writer.begin_object().key("allOf").begin_array();
    schemas.write(form);
    writer.begin_object().key("properties").begin_object().key("message");
    api::write_texts_schema(writer, texts);
    writer.end_object().end_object().end_array().end_object();
  };
  std::vector<std::string_view> of_handlers = refusals.plain;
  for (const auto& refusal : refusals.coded) of_handlers.push_back(refusal.text);
  writer.begin_object().key("anyOf").begin_array();
  one_form(api::schemas::framework_error, refusals.framework);
  one_form(api::schemas::error, of_handlers);
  writer.end_array().end_object();
}

}  // namespace parley::http_api
