#include "load/chat_rest.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "load/load_failure.hpp"
#include "load/token.hpp"

namespace parley::bench {

namespace {

namespace dom = simdjson::dom;

LoadUser make_user(std::string_view secret, std::string_view role, const ObjectId& id) {
  LoadUser user;
  user.id = id.to_string();
  user.token = sign_token(secret, {user.id, role});
  return user;
}

/// Throws LoadFailure with a quote of the answer if it is not JSON of the expected shape.
template <typename Read>
auto read_json(std::string_view json, Read read) {
  dom::parser parser;
  try {
    return read(parser.parse(json.data(), json.size()));
  } catch (const simdjson::simdjson_error& error) {
    throw LoadFailure(std::string("an answer that the contract does not have (") + error.what() + "): " + std::string(json.substr(0, 300)));
  }
}

std::string create_session(RestClient& rest, const LoadSession& session) {
  std::string body;
  JsonWriter(body).begin_object().member("patientId", session.patient.id).end_object();
  const auto answer = rest.request({"POST", "/api/sessions/create", session.doctor.token, body});
  if (answer.status != 201) {
    throw LoadFailure("POST /api/sessions/create answered " + std::to_string(answer.status) + ": " + answer.body +
                      " (start the server with --limits off and the same --jwt-secret-file)");
  }
  return read_json(answer.body, [](const dom::element& root) { return std::string(root["session"]["sessionId"].get_string().value()); });
}

Sighting sighting_of(const dom::element& message, const TextRule& rule) {
  const std::string_view text = message["message"].get_string();
  std::string_view named;
  const bool is_named = message["_id"].get(named) == simdjson::SUCCESS || message["id"].get(named) == simdjson::SUCCESS;  // pages, entries
  const auto id = is_named ? ObjectId::parse(named) : std::nullopt;
  if (!id) throw LoadFailure("a stored message without a valid id");
  std::string_view tag = text.substr(0, tag_size);
  if (std::string_view given; message["clientMessageId"].get(given) == simdjson::SUCCESS) tag = given;
  const auto key = parse_tag(tag, rule.run);
  if (!key) return {*id, {UINT32_MAX, UINT32_MAX}, false};
  return {*id, *key, is_text(text, rule.run, *key, rule.size)};
}

}  // namespace

Random fresh_random(std::uint64_t seed, const Clock& clock) {
  Random time(static_cast<std::uint64_t>(clock.steady_now().time_since_epoch().count()));
  return Random(time.next() ^ static_cast<std::uint64_t>(clock.now().time_since_epoch().count()) ^ seed);
}

ObjectId numbered_user(std::uint64_t number) {
  ObjectId id{{0xbe, 0x9c}};
  for (std::size_t index = 0; index < 4; ++index) id.bytes[11 - index] = static_cast<std::uint8_t>(number >> (8 * index));
  return id;
}

std::vector<LoadSession> create_sessions(const Endpoint& endpoint, const LoadIdentity& identity, std::size_t count, Random& random) {
  RestClient rest(endpoint);
  std::vector<LoadSession> sessions(count);
  auto next = identity.first_user;
  const auto draw = [&] { return next ? numbered_user((*next)++) : ObjectId{random.bytes<12>()}; };
  for (LoadSession& session : sessions) {
    session.doctor = make_user(identity.secret, "doctor", draw());
    session.patient = make_user(identity.secret, "patient", draw());
    session.id = create_session(rest, session);
  }
  return sessions;
}

std::vector<LoadSession> name_sessions(std::size_t count, Random& random) {
  std::vector<LoadSession> sessions(count);
  for (LoadSession& session : sessions) session.id = ObjectId{random.bytes<12>()}.to_string();
  return sessions;
}

std::string page_target(std::string_view session_id, std::uint64_t page, std::uint32_t limit) {
  return "/api/chat/session/" + std::string(session_id) + "?page=" + std::to_string(page) + "&limit=" + std::to_string(limit);
}

LoadPage parse_page(std::string_view json, const TextRule& rule) {
  return read_json(json, [&rule](const dom::element& root) {
    LoadPage page;
    page.pages = root["pagination"]["totalPages"].get_uint64();
    page.total = root["pagination"]["totalMessages"].get_uint64();
    for (const dom::element message : root["messages"].get_array()) page.messages.push_back(sighting_of(message, rule));
    return page;
  });
}

namespace {

std::vector<Sighting> texts_of(const dom::element& answer, const TextRule& rule) {
  std::vector<Sighting> texts;
  for (const dom::element entry : answer["entries"].get_array()) {
    if (std::string_view(entry["kind"]) == "text") texts.push_back(sighting_of(entry, rule));
  }
  return texts;
}

LoadEntries entries_of(const dom::element& answer, const TextRule& rule) {
  LoadEntries entries;
  entries.from = std::string_view(answer["from"]);
  entries.more = answer["more"];
  entries.texts = texts_of(answer, rule);
  bool reset = false;
  entries.reset = answer["reset"].get(reset) == simdjson::SUCCESS && reset;
  return entries;
}

}  // namespace

std::vector<Sighting> parse_entries(std::string_view json, const TextRule& rule) {
  return read_json(json, [&rule](const dom::element& root) { return texts_of(root.at(0), rule); });
}

LoadEntries parse_entries_page(std::string_view json, const TextRule& rule) {
  return read_json(json, [&rule](const dom::element& root) { return entries_of(root, rule); });
}

LoadEntries parse_resume(std::string_view json, const TextRule& rule) {
  return read_json(json, [&rule](const dom::element& root) { return entries_of(root.at(0)["resume"], rule); });
}

std::vector<Sighting> read_back(RestClient& rest, const LoadSession& session, const TextRule& rule) {
  std::vector<std::vector<Sighting>> newest_first;
  std::uint64_t pages = 1;
  for (std::uint64_t number = 1; number <= pages; ++number) {
    const std::string target = page_target(session.id, number, limits::page_limit_max);
    const auto answer = rest.request({"GET", target, session.doctor.token, {}});
    if (answer.status != 200) throw LoadFailure("GET " + target + " answered " + std::to_string(answer.status) + ": " + answer.body);
    LoadPage page = parse_page(answer.body, rule);
    pages = page.pages;
    newest_first.push_back(std::move(page.messages));
  }
  std::vector<Sighting> stored;
  for (auto page = newest_first.rbegin(); page != newest_first.rend(); ++page) stored.insert(stored.end(), page->begin(), page->end());
  return stored;
}

}  // namespace parley::bench
