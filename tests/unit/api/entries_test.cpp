// Positions in the log, as clients write them and read them.
#include "api/entries.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "writing.hpp"

namespace parley::api {
namespace {

using domain::EntriesView;
using domain::EntryKind;
using domain::EntryRange;
using domain::EntryView;
using domain::LogPlace;

EntriesView view_of(EntryView entry) {
  EntriesView view;
  view.session = *SessionId::parse("0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162");
  view.from = {2, 1};
  view.to = entry.position;
  view.digest[0] = 0xab;
  view.entries.push_back(std::move(entry));
  return view;
}

std::string written(const EntriesView& view) {
  return api::written([&view](JsonWriter& writer) {
    writer.begin_object();
    write_entries(writer, view);
    writer.end_object();
  });
}

std::string entry_written(EntryView entry) {
  const std::string all = written(view_of(std::move(entry)));
  const auto begin = all.find("\"entries\":[") + 11;
  return all.substr(begin, all.size() - begin - 2);
}

EntryView entry_of(EntryKind kind, decltype(EntryView::content) content) {
  return {kind, {3, 0x0102030405060708}, noon, std::move(content), {}};
}

constexpr std::string_view place = R"("seq":3,"position":"3.0102030405060708","timestamp":"2026-01-01T00:00:00.000Z")";

TEST(WriteEntries, says_from_where_to_where_and_what_proves_it) {
  EntriesView view = view_of(entry_of(EntryKind::hold, {}));
  const std::string digest = "ab" + std::string(62, '0');
  EXPECT_EQ(written(view), R"({"from":"2.0000000000000001","to":"3.0102030405060708","count":1,"digest":")" + digest +
                               R"(","more":false,"entries":[{"kind":"hold",)" + std::string(place) + "}]}");
  view.rest = EntriesView::Rest::more;
  view.history = EntriesView::History::reset;
  view.entries.clear();
  EXPECT_EQ(written(view), R"({"from":"2.0000000000000001","to":"3.0102030405060708","count":0,"digest":")" + digest +
                               R"(","more":true,"reset":true,"entries":[]})");
}

TEST(WriteEntries, shows_of_each_kind_what_participants_may_see) {
  const std::string start = std::string(place) + ",";
  EXPECT_EQ(entry_written(entry_of(EntryKind::created, EntryView::Created{{{user_id(1), {"doctor"}}}})),
            R"({"kind":"created",)" + start + R"("participants":[{"userId":"000000000000000000000001","role":"doctor"}]})");
  using domain::ParticipantChange;
  using domain::ParticipantChangeKind;
  const std::pair<ParticipantChangeKind, std::string> changes[] = {{ParticipantChangeKind::added, "added"},
                                                                   {ParticipantChangeKind::removed, "removed"},
                                                                   {ParticipantChangeKind::first_join, "firstJoin"}};
  for (const auto& [change, name] : changes) {
    EXPECT_EQ(entry_written(entry_of(EntryKind::participant, ParticipantChange{change, {user_id(2), {"patient"}}})),
              R"({"kind":"participant",)" + start + R"("change":")" + name + R"(","userId":"000000000000000000000002","role":"patient"})");
  }
  EXPECT_EQ(
      entry_written(entry_of(EntryKind::deleted, EntryView::Deleted{object_id(7), user_id(1)})),
      R"({"kind":"deleted",)" + start +
          R"("id":"000000000000000000000007","sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162","deletedBy":"000000000000000000000001"})");
  EXPECT_EQ(entry_written(entry_of(EntryKind::ended, EntryView::Ended{user_id(1)})),
            R"({"kind":"ended",)" + start + R"("endedBy":"000000000000000000000001"})");
  EXPECT_EQ(entry_written(entry_of(EntryKind::reopened, EntryView::Reopened{*UserId::parse("000000000000000000000001")})),
            R"({"kind":"reopened",)" + start + R"("reopenedBy":"000000000000000000000001"})");
  for (const auto& [kind, name] : {std::pair{EntryKind::erased, "erased"},
                                   {EntryKind::released, "released"},
                                   {EntryKind::adopted, "adopted"},
                                   {static_cast<EntryKind>(77), "unknown"}}) {
    EXPECT_EQ(entry_written(entry_of(kind, {})), R"({"kind":")" + std::string(name) + "\"," + std::string(place) + "}");
  }
}

TEST(WriteEntries, of_kind_text_are_chat_events_and_show_no_deleted_text) {
  domain::MessageView text;
  text.id = object_id(7);
  text.session = *SessionId::parse("0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162");
  text.sender.id = user_id(1);
  text.sender_role = {"doctor"};
  text.text = "say \"hi\"";
  text.timestamp = noon;
  text.position = {3, 0x0102030405060708};
  const std::string begin =
      R"({"kind":"text","id":"000000000000000000000007","sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162","senderId":"000000000000000000000001","senderRole":"doctor",)";
  const std::string end = R"(,"timestamp":"2026-01-01T00:00:00.000Z","messageType":"text","seq":3,"position":"3.0102030405060708"})";
  EXPECT_EQ(entry_written(entry_of(EntryKind::text, text)), begin + R"("message":"say \"hi\"")" + end);
  text.presence = domain::MessageView::Presence::deleted;
  EXPECT_EQ(entry_written(entry_of(EntryKind::text, text)), begin + R"("deleted":true)" + end);
}

TEST(WriteEntries, adds_the_core_where_it_was_asked_for) {
  EntryView entry = entry_of(EntryKind::hold, {});
  entry.core = Bytes("\x01\x02\xff", 3);
  EXPECT_EQ(entry_written(std::move(entry)), R"({"kind":"hold",)" + std::string(place) + R"(,"core":"AQL/"})");
}

EntryRange from_query(std::string_view query) {
  const auto range = entry_range_from_query(query);
  EXPECT_TRUE(range.has_value()) << query << ": " << range.error().message;
  return range.value_or(EntryRange{});
}
std::string refusal_of_query(std::string_view query) {
  const auto range = entry_range_from_query(query);
  if (!range) {
    EXPECT_EQ(range.error().code, ErrorCode::invalid_argument);
  }
  return range ? "taken" : range.error().message;
}
Result<EntryRange> from_event(std::string_view json) {
  return entry_range_from_event(Fields::from_value(json));
}
std::string refusal_of_event(std::string_view json) {
  const auto range = from_event(json);
  return range ? "taken" : range.error().message;
}

TEST(EntryRange, of_an_empty_query_is_the_beginning) {
  for (const char* query : {"", "after=&before=&limit=&core=", "other=1"}) {
    const EntryRange range = from_query(query);
    EXPECT_FALSE(range.after);
    EXPECT_FALSE(range.before);
    EXPECT_EQ(range.limit, limits::entries_limit_default);
    EXPECT_EQ(range.cores, EntryRange::Cores::left_out);
  }
}

TEST(EntryRange, takes_positions_and_bare_seqs) {
  const EntryRange range = from_query("after=42.9f86d081884c7d65&before=50&limit=1000&core=true");
  EXPECT_EQ(range.after, (LogPlace{42, 0x9f86d081884c7d65}));
  EXPECT_EQ(range.before, (LogPlace{50, std::nullopt}));
  EXPECT_EQ(range.limit, limits::entries_limit_max);
  EXPECT_EQ(range.cores, EntryRange::Cores::included);
  EXPECT_EQ(from_query("after=0&limit=1").limit, 1u);
}

TEST(EntryRange, clamps_nothing_and_names_what_is_wrong) {
  for (const char* limit : {"0", "1001", "-1", "1.5", "1e2", "abc", "99999999999", " 1"})
    EXPECT_EQ(refusal_of_query("limit=" + std::string(limit)), "Invalid limit") << limit;
  for (const char* place_text : {"x", "-1", "1.5", "16777216", "1.9F86d081884c7d65"}) {
    EXPECT_EQ(refusal_of_query("after=" + std::string(place_text)), "Invalid after");
    EXPECT_EQ(refusal_of_query("before=" + std::string(place_text)), "Invalid before");
  }
  EXPECT_EQ(refusal_of_query("core=1"), "Invalid core");
  EXPECT_EQ(refusal_of_query("after=x&before=x&limit=0"), "Invalid after") << "in this order";
}

TEST(EntryRange, of_an_event_takes_numbers_and_null) {
  EXPECT_EQ(from_event(R"({"after":42,"before":null,"limit":200,"core":true})")->after, (LogPlace{42, std::nullopt}));
  EXPECT_EQ(from_event(R"({"after":"42.9f86d081884c7d65"})")->after, (LogPlace{42, 0x9f86d081884c7d65}));
  EXPECT_FALSE(from_event(R"({"after":""})")->after);
  EXPECT_EQ(from_event(R"({"limit":200})")->limit, limits::socket_entries_max);
  EXPECT_EQ(from_event(R"({"limit":null})")->limit, limits::entries_limit_default);
  EXPECT_EQ(from_event(R"({"core":true})")->cores, EntryRange::Cores::included);
  for (const char* wrong : {"-1", "1.5", "1e2", "true", "{}", "[]", R"("x")"}) {
    EXPECT_EQ(refusal_of_event("{\"after\":" + std::string(wrong) + "}"), "Invalid after") << wrong;
    EXPECT_EQ(refusal_of_event("{\"before\":" + std::string(wrong) + "}"), "Invalid before") << wrong;
  }
  for (const char* wrong : {"0", "201", "-1", "1.5", "\"5\"", "true", "{}", "[]"})
    EXPECT_EQ(refusal_of_event("{\"limit\":" + std::string(wrong) + "}"), "Invalid limit") << wrong;
  for (const char* wrong : {"1", "\"true\"", "{}"}) EXPECT_EQ(refusal_of_event("{\"core\":" + std::string(wrong) + "}"), "Invalid core");
}

}  // namespace
}  // namespace parley::api
