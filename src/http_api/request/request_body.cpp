#include "http_api/request/request_body.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/unicode_text.hpp"
#include "http_api/request/content_decoding.hpp"
#include "http_api/request/header_text.hpp"
#include "http_api/request/refusal_texts.hpp"

namespace parley::http_api {

namespace {

enum class BodyForm { json, form, other };

BodyForm form_of(const ContentType& type) {
  if (type.media_type == "application/json") return BodyForm::json;
  if (type.media_type == "application/x-www-form-urlencoded") return BodyForm::form;
  return BodyForm::other;
}

bool charset_is_known(const std::string& charset, BodyForm form) {
  const auto name = lower_case(charset);
  if (name.empty()) return true;
  return form == BodyForm::json ? name.starts_with("utf-") : name == "utf-8" || name == "iso-8859-1";
}

std::unexpected<BodyRefusal> refused(unsigned status, std::string message) {
  return std::unexpected(BodyRefusal{status, std::move(message)});
}

std::unexpected<BodyRefusal> refused(DecodingFailure failure, std::string_view coding) {
  switch (failure) {
    case DecodingFailure::unsupported:
      return refused(415, "unsupported content encoding \"" + printable_ascii(lower_case(coding)) + "\"");
    case DecodingFailure::too_large:
      return refused(413, std::string(body_too_large_text));
    case DecodingFailure::malformed:
      break;
  }
  return refused(400, "The body is not valid " + printable_ascii(lower_case(coding)));
}

}  // namespace

std::expected<api::Fields, BodyRefusal> read_fields(protocol::http::Request& request) {
  const auto* type_header = request.find("content-type");
  if (!request.has_body || type_header == nullptr) return api::Fields{};
  const auto type = parse_content_type(*type_header);
  const auto form = form_of(type);
  if (form == BodyForm::other) return api::Fields{};
  if (!charset_is_known(type.charset, form)) {
    return refused(415, "unsupported charset \"" + printable_ascii(upper_case(type.charset)) + "\"");
  }
  const auto* coding_header = request.find("content-encoding");
  const std::string_view coding = coding_header == nullptr ? std::string_view{} : std::string_view(*coding_header);
  auto body = decode_content(std::move(request.body), coding, limits::http_body_bytes_max);
  if (!body) return refused(body.error(), coding);
  auto text = decode_unicode(*std::move(body), lower_case(type.charset));
  if (form == BodyForm::form) {
    const auto separators = static_cast<std::size_t>(std::ranges::count(text, '&'));
    if (separators >= limits::form_fields_max) return refused(413, std::string(too_many_fields_text));
    return api::Fields::from_form_body(text);
  }
  auto fields = api::Fields::from_json_body(std::move(text));
  if (!fields) return refused(400, std::move(fields.error().message));
  if (fields->has_too_many()) return refused(413, std::string(too_many_fields_text));
  return *std::move(fields);
}

}  // namespace parley::http_api
