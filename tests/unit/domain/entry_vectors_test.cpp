// The codecs must encode the example log exactly as docs/formats/entry-vectors.json. A difference changes format version 2, which is
// forbidden: stores hold such entries. To add a vector, run this test with PARLEY_WRITE_VECTORS=1 in the environment.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/json_writer.hpp"
#include "domain/byte_codec.hpp"
#include "domain/entry.hpp"
#include "domain/extensions.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

void write_time(JsonWriter& json, std::string_view name, const std::optional<Timestamp>& time) {
  json.key(name);
  if (time) {
    json.integer(time->time_since_epoch().count());
  } else {
    json.null();
  }
}

void write_core(JsonWriter& json, const Core& core) {
  json.key("core").begin_object();
  json.key("version").integer(core.version).key("kind").integer(static_cast<int>(core.kind)).key("flags").integer(core.flags);
  json.key("seq").integer(core.seq).member("id", core.id.to_string());
  write_time(json, "timestamp", core.timestamp);
  json.member("sender", core.sender.text()).member("senderRole", core.sender_role.name);
  json.member("key", to_hex(view_of(core.key))).member("commitment", to_hex(view_of(core.commitment)));
  json.key("extensions").begin_array();
  for (const Extension& extension : core.extensions) {
    json.begin_object().key("type").integer(static_cast<int>(extension.type)).member("value", to_hex(extension.value)).end_object();
  }
  json.end_array().end_object();
}

void write_body(JsonWriter& json, const std::optional<Body>& body) {
  json.key("body");
  if (!body) {
    json.null();
    return;
  }
  json.begin_object().member("salt", to_hex(view_of(body->salt))).key("messageType").integer(static_cast<int>(body->message_type));
  json.member("text", body->text).member("clientMessageId", body->client_message_id).key("attributes").begin_array();
  for (const Attribute& attribute : body->attributes) {
    json.begin_object().member("name", attribute.name).member("value", to_hex(attribute.value)).end_object();
  }
  json.end_array().end_object();
}

void write_trailer(JsonWriter& json, const Trailer& trailer) {
  const Counters& counters = trailer.counters;
  json.key("trailer").begin_object().member("digest", to_hex(view_of(trailer.digest))).key("keyId").integer(trailer.key_id);
  json.key("textsEver").integer(counters.texts_ever).key("deletions").integer(counters.deletions);
  write_time(json, "firstLiveText", counters.first_live_text);
  write_time(json, "lastLiveText", counters.last_live_text);
  json.key("roles").begin_array();
  for (const RoleCounter& counter : counters.roles) {
    json.begin_object().member("role", counter.role.name).key("liveTexts").integer(static_cast<std::int64_t>(counter.live_texts));
    json.key("liveCodePoints").integer(static_cast<std::int64_t>(counter.live_code_points)).end_object();
  }
  json.end_array().end_object();
}

std::string entry_line(const example::NamedEntry& named) {
  std::string line;
  JsonWriter json(line);
  const auto& [entry, encoded] = named.chained;
  json.begin_object().member("name", named.name).key("seq").integer(encoded.seq).member("position", entry.position().to_string());
  json.member("record", to_hex(encode_record(encoded)));
  write_core(json, entry.core);
  write_body(json, entry.body);
  write_trailer(json, entry.trailer);
  json.end_object();
  return line;
}

SessionRow ended_row() {
  SessionRow row = example::session_row();
  row.status = SessionStatus::ended;
  row.started_at = example::start + std::chrono::milliseconds{1'000};
  row.ended_at = example::start + std::chrono::milliseconds{62'999};
  return row;
}

SessionRow reopened_row() {
  SessionRow row = ended_row();
  row.reopen(example::start + std::chrono::milliseconds{100'000});
  row.participants.push_back(example::interpreter);
  return row;
}

SessionRow row_of_a_chosen_id() {
  SessionRow row = example::session_row();
  row.id = *SessionId::parse("Zimmer 7/\xf0\x9f\x99\x82");
  row.appointment.reset();
  row.participants = {example::interpreter, example::patient};
  return row;
}

SessionRow smallest_row() {
  SessionRow row;
  row.id = example::session_id;
  row.number = SessionNumber{1};
  return row;
}

std::string row_line(std::string_view name, const SessionRow& row) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().member("name", name).member("bytes", to_hex(encode_session_row(row))).key("row").begin_object();
  json.member("id", row.id.to_string()).key("number").integer(static_cast<std::int64_t>(row.number.value));
  json.member("objectId", row.object_id.to_string()).member("secret", to_hex(view_of(row.secret)));
  write_time(json, "createdAt", row.created_at);
  json.member("status", name_of(row.status)).key("appointment");
  row.appointment ? json.string(row.appointment->to_string()) : json.null();
  write_time(json, "startedAt", row.started_at);
  write_time(json, "endedAt", row.ended_at);
  json.key("reopened");
  if (row.reopened)
    json.begin_object()
        .key("at")
        .integer(row.reopened->at.time_since_epoch().count())
        .key("openBefore")
        .integer(row.reopened->open_before.count())
        .end_object();
  else
    json.null();
  json.key("participants").begin_array();
  for (const auto& [user, role] : row.participants)
    json.begin_object().member("user", user.to_string()).member("role", role.name).end_object();
  json.end_array().end_object().end_object();
  return line;
}

struct Refused {
  std::string_view name;
  std::uint32_t seq;
  Bytes record;
  std::string_view why;
};

/// The plain entry with another text under the same core, and with a valid checksum.
Bytes record_with_foreign_body() {
  auto [entry, encoded] = example::named("plain").chained;
  entry.body->text = "Good evening";
  encoded.body = encode_body(*entry.body);
  encoded.trailer = encode_trailer(entry.trailer, encoded.core, encoded.body);
  return encode_record(encoded);
}

/// The plain entry with a body shortened by `size_bytes`, and with a valid checksum.
Bytes record_with_cut_body(std::size_t size_bytes) {
  auto [entry, encoded] = example::named("plain").chained;
  encoded.body.resize(encoded.body.size() - size_bytes);
  encoded.trailer = encode_trailer(entry.trailer, encoded.core, encoded.body);
  return encode_record(encoded);
}

std::vector<Refused> refused_records() {
  const EncodedEntry plain = example::named("plain").chained.encoded;
  const Bytes record = encode_record(plain);
  Bytes flipped = record;
  flipped[120] = static_cast<char>(flipped[120] ^ 1);
  return {
      {"one_bit_flipped", 3, flipped, "checksum"},
      {"cut_by_one_byte", 3, record.substr(0, record.size() - 1), "checksum"},
      {"one_byte_more", 3, record + '\0', "checksum"},
      {"record_version_2", 3, Bytes("\2") + record.substr(1), "record version"},
      {"entry_version_1", 3, record.substr(0, 5) + Bytes("\1") + record.substr(6), "entry version"},
      {"entry_version_3", 3, record.substr(0, 5) + Bytes("\3") + record.substr(6), "entry version"},
      {"kept_under_another_seq", 4, record, "seq"},
      {"body_that_is_not_committed_to", 3, record_with_foreign_body(), "commitment"},
      {"body_cut_under_a_fitting_checksum", 3, record_with_cut_body(1), "length"},
      {"empty", 1, "", "length"},
  };
}

/// Without the length of the sender, the first two would give the same bytes.
const std::vector<std::pair<std::string_view, std::string_view>> keyed_sends = {
    {"a", "bX"}, {"ab", "X"}, {"65a000000000000000000001", "m-1"}};

std::string key_line(const std::pair<std::string_view, std::string_view>& send) {
  std::string line;
  JsonWriter json(line);
  const Key16 key = idempotency_key(example::session_row().secret, *UserId::parse(send.first), send.second);
  json.begin_object().member("sender", send.first).member("clientMessageId", send.second).member("key", to_hex(view_of(key))).end_object();
  return line;
}

std::string refused_line(const Refused& refused) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().member("name", refused.name).key("seq").integer(refused.seq);
  json.member("record", to_hex(refused.record)).member("why", refused.why).end_object();
  return line;
}

/// A member whose value is a list, with one element per line.
template <typename Items, typename Line>
std::string list_of(std::string_view name, const Items& items, Line line) {
  std::string list = "\"" + std::string(name) + "\": [\n";
  const char* separator = "";
  for (const auto& item : items) {
    list += separator;
    list += line(item);
    separator = ",\n";
  }
  return list + "\n]";
}

std::string vectors() {
  std::string text = "{\n\"format\": \"parley entry\", \"version\": 2,\n\"session\": ";
  JsonWriter(text)
      .begin_object()
      .member("id", example::session_id.to_string())
      .key("number")
      .integer(static_cast<std::int64_t>(example::session_number.value))
      .member("secret", to_hex(view_of(example::session_row().secret)))
      .end_object();
  text += ",\n\"genesis\": \"" + to_hex(view_of(genesis(example::session_id).digest)) + "\",\n";
  text += list_of("entries", example::whole_log(), entry_line) + ",\n";
  const std::vector<std::pair<std::string_view, SessionRow>> rows{{"created", example::session_row()},
                                                                  {"ended", ended_row()},
                                                                  {"reopened", reopened_row()},
                                                                  {"chosen_id", row_of_a_chosen_id()},
                                                                  {"smallest", smallest_row()}};
  text += list_of("sessionRows", rows, [](const auto& row) { return row_line(row.first, row.second); }) + ",\n";
  text += list_of("keys", keyed_sends, key_line) + ",\n";
  return text + list_of("refused", refused_records(), refused_line) + "\n}\n";
}

const std::string vectors_path = PARLEY_SOURCE_DIR "/docs/formats/entry-vectors.json";

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(EntryVectors, are_what_the_codecs_make_of_the_example_log) {
  if (std::getenv("PARLEY_WRITE_VECTORS") != nullptr) std::ofstream(vectors_path, std::ios::binary) << vectors();
  const std::string kept = read_file(vectors_path);
  const std::string made = vectors();
  std::size_t same = 0;
  while (same < std::min(kept.size(), made.size()) && kept[same] == made[same]) ++same;
  EXPECT_TRUE(kept == made) << "first difference at byte " << same << ", line "
                            << 1 + std::count(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(same), '\n');
}

TEST(EntryVectors, that_must_be_refused_are_refused) {
  for (const Refused& refused : refused_records()) {
    const auto encoded = decode_record(refused.seq, refused.record);
    EXPECT_FALSE(encoded && decode_entry(*encoded)) << refused.name;
  }
}

/// The hexadecimal lines of the worked example on the page, without the explanations beside them.
Bytes bytes_of_worked_example(const std::string& page) {
  std::istringstream lines(page.substr(page.find("<!-- worked example -->")));
  std::string hex;
  int fences = 0;
  for (std::string line; fences < 2 && std::getline(lines, line);) {
    if (line.starts_with("```")) {
      ++fences;
    } else if (fences == 1) {
      hex += line.substr(0, line.find("  "));
    }
  }
  std::erase(hex, ' ');
  return from_hex(hex).value_or("the worked example is not hexadecimal");
}

TEST(EntryPage, shows_the_record_of_the_plain_entry) {
  const std::string page = read_file(PARLEY_SOURCE_DIR "/docs/formats/entry.md");
  ASSERT_NE(page.find("<!-- worked example -->"), std::string::npos);
  EXPECT_EQ(to_hex(bytes_of_worked_example(page)), to_hex(encode_record(example::named("plain").chained.encoded)));
}

TEST(SessionRowPage, shows_the_row_of_the_ended_session) {
  const std::string page = read_file(PARLEY_SOURCE_DIR "/docs/formats/session-row.md");
  ASSERT_NE(page.find("<!-- worked example -->"), std::string::npos);
  EXPECT_EQ(to_hex(bytes_of_worked_example(page)), to_hex(encode_session_row(ended_row())));
}

}  // namespace
}  // namespace parley::domain
