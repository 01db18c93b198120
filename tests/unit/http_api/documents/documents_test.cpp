// The two documents: they are valid JSON, they describe exactly our routes and events, and every reference has a target.
#include <simdjson.h>

#include <map>
#include <set>

#include "http_api/documents/asyncapi_document.hpp"
#include "http_api/documents/openapi_document.hpp"
#include "http_api/documents/refusals_of_route.hpp"
#include "http_api/operations/chat_operations.hpp"
#include "http_api/routing/route_table.hpp"
#include "service/shared/client_event.hpp"
#include "service/shared/server_event.hpp"
#include "service/socket/client_session.hpp"
#include "service/socket/connect.hpp"
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

using simdjson::dom::element;

struct Parsed {
  explicit Parsed(const std::string& json) : top(parser.parse(json)) {}
  simdjson::dom::parser parser;
  element top;
};

std::string text_of(element value) {
  return std::string(std::string_view(value));
}

/// Collects every `$ref` below `value`.
void collect_references(element value, std::set<std::string>& references) {
  if (value.is_array()) {
    for (const auto each : value.get_array()) collect_references(each, references);
  }
  if (!value.is_object()) return;
  for (const auto [name, member] : value.get_object()) {
    if (name == "$ref") references.insert(text_of(member));
    collect_references(member, references);
  }
}

void expect_references_resolve(element top) {
  std::set<std::string> references;
  collect_references(top, references);
  EXPECT_GT(references.size(), 10U);
  for (const auto& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    EXPECT_EQ(top.at_pointer(reference.substr(1)).error(), simdjson::SUCCESS) << reference;
  }
}

/// `/api/chat/{messageId}` in the form of the route table: `/api/chat/:messageId`.
std::string pattern_of(std::string path) {
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
    path.replace(open, 1, ":");
    path.erase(path.find('}', open), 1);
  }
  return path;
}

class Documents : public Api {};

TEST_F(Documents, the_openapi_document_lists_exactly_the_routes) {
  const auto answer = send("GET", "/openapi.json");
  ASSERT_EQ(answer.status, 200U);
  const Parsed document(answer.body);
  EXPECT_EQ(text_of(document.top["openapi"]), "3.1.0");
  std::set<std::string> listed;
  for (const auto [path, methods] : document.top["paths"].get_object()) {
    for (const auto [method, operation] : methods.get_object()) {
      EXPECT_TRUE(listed.insert(std::string(method) + " " + pattern_of(std::string(path))).second);
      EXPECT_FALSE(text_of(operation["summary"]).empty());
    }
  }
  std::set<std::string> routed;
  for (const auto& route : route_table()) {
    std::string method(route.method);
    for (auto& c : method) c = static_cast<char>(std::tolower(c));
    routed.insert(method + " " + std::string(route.pattern));
  }
  EXPECT_EQ(listed, routed);
}

TEST_F(Documents, operations_have_names_of_their_own) {
  std::set<std::string_view> ids;
  for (const auto& route : route_table()) EXPECT_TRUE(ids.insert(route.operation.id).second) << route.operation.id;
}

TEST_F(Documents, what_they_refer_to_is_there) {
  expect_references_resolve(Parsed(send("GET", "/openapi.json").body).top);
  expect_references_resolve(Parsed(send("GET", "/asyncapi.json").body).top);
}

TEST_F(Documents, a_routes_scope_says_which_refusals_it_has) {
  for (const auto& route : route_table()) {
    const auto refusals = refusals_of(route);
    EXPECT_EQ(refusals.contains(401), needs_token(route.scope)) << route.pattern;
    EXPECT_EQ(refusals.contains(429), route.scope != Scope::exempt) << route.pattern;
    EXPECT_EQ(refusals.contains(413), !route.operation.body.empty()) << route.pattern;
    EXPECT_TRUE(refusals.contains(500)) << route.pattern;
  }
}

TEST_F(Documents, parameters_carry_the_bounds_that_handlers_read_by) {
  const Parsed document(openapi_document(route_table(), {}));
  const auto parameters = document.top.at_pointer("/paths/~1api~1chat~1session~1{sessionId}/get/parameters").get_array().value();
  const auto limit = parameters.at(2);
  EXPECT_EQ(text_of(limit["name"]), page_limit_parameter.name);
  EXPECT_EQ(std::uint64_t(limit.at_pointer("/schema/default")), limits::page_limit_default);
  EXPECT_EQ(std::uint64_t(limit.at_pointer("/schema/anyOf/0/maximum")), limits::page_limit_max);
}

TEST_F(Documents, before_says_that_it_skips_ties_and_what_does_not) {
  const Parsed document(send("GET", "/openapi.json").body);
  const auto parameters = document.top.at_pointer("/paths/~1api~1chat~1session~1{sessionId}/get/parameters").get_array().value();
  const std::string about = text_of(parameters.at(3).at_pointer("/description"));
  EXPECT_NE(about.find("skips the others of its millisecond"), std::string::npos) << about;
  const std::string way_out = "/api/chat/session/{sessionId}/entries";
  EXPECT_NE(about.find(way_out), std::string::npos) << about;
  EXPECT_EQ(document.top["paths"].get_object().at_key(way_out).error(), simdjson::SUCCESS);
}

TEST_F(Documents, every_event_has_an_ack_and_that_of_signals_says_how_many_were_sent_it) {
  const Parsed document(send("GET", "/asyncapi.json").body);
  for (const auto* event : service::client_events()) {
    const std::string name(event->name);
    const std::string title = "Ack of " + name;
    bool is_there = false;
    for (const auto [key, message] : document.top.at_pointer("/components/messages").get_object()) {
      if (text_of(message["title"]) != title) continue;
      is_there = true;
      const auto success = message.at_pointer("/payload/oneOf/0/properties/delivered");
      EXPECT_EQ(success.error() == simdjson::SUCCESS, event->relayed != nullptr) << name;
    }
    EXPECT_TRUE(is_there) << name;
  }
}

TEST_F(Documents, say_how_long_a_message_may_be_and_how_large_a_page) {
  for (const auto& [length, page] : std::map<std::size_t, std::uint64_t>{{1, 1000}, {1000, 1000}, {1001, 999}, {10'000, 100}}) {
    HttpApiConfig config;
    config.message_length_max = length;
    const std::string openapi = openapi_document(route_table(), config);
    const std::string asyncapi = asyncapi_document(config);
    for (const std::string& document : {openapi, asyncapi}) {
      EXPECT_EQ(document.find("_max@"), std::string::npos) << "every place is filled in";
      EXPECT_NE(document.find("\"Message too long (max " + std::to_string(length) + " characters)\""), std::string::npos);
      EXPECT_NE(document.find("\"maxLength\":" + std::to_string(length) + ","), std::string::npos);
    }
    const Parsed parsed(openapi);
    const auto parameters = parsed.top.at_pointer("/paths/~1api~1chat~1session~1{sessionId}/get/parameters").get_array().value();
    EXPECT_EQ(std::uint64_t(parameters.at(2).at_pointer("/schema/anyOf/0/maximum")), page);
  }
}

TEST_F(Documents, the_asyncapi_document_lists_exactly_the_events) {
  const Parsed document(asyncapi_document({}));
  EXPECT_EQ(text_of(document.top["asyncapi"]), "3.0.0");
  std::multiset<std::string> listed;
  for (const auto [name, operation] : document.top["operations"].get_object())
    listed.insert(text_of(operation["action"]) + " " + text_of(operation["title"]));
  std::multiset<std::string> known = {"receive CONNECT"};
  for (const auto* event : service::client_events()) known.insert("receive " + std::string(event->name));
  for (const auto& row : service::server_events()) known.insert("send " + std::string(row.name));
  EXPECT_EQ(listed, known);
}

TEST_F(Documents, are_for_everybody_and_are_not_limited) {
  for (const auto& route : route_table()) {
    const bool is_document = route.pattern == "/openapi.json" || route.pattern == "/asyncapi.json";
    EXPECT_TRUE(!is_document || route.scope == Scope::exempt);
  }
  EXPECT_EQ(send("GET", "/asyncapi.json", bearer("garbage")).status, 200U);
}

}  // namespace
}  // namespace parley::http_api::test
