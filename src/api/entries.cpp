#include "api/entries.hpp"

#include <charconv>
#include <string>
#include <type_traits>
#include <variant>

#include "api/answer.hpp"
#include "api/entry_schemas.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::api {
namespace {

using domain::EntryRange;
using domain::EntryView;
using domain::LogPlace;

using Place = Result<std::optional<LogPlace>>;

std::unexpected<Error> invalid(std::string_view name) {
  return refuse(ErrorCode::invalid_argument, "Invalid " + std::string(name));
}

Place place_from_text(std::string_view text, std::string_view name) {
  if (text.empty()) return std::nullopt;
  const auto place = LogPlace::parse(text);
  if (!place) return invalid(name);
  return place;
}

bool is_left_out(const Fields& fields, std::string_view name) {
  return fields.kind(name) == Fields::Kind::absent || fields.kind(name) == Fields::Kind::null;
}

Place place_from_field(const Fields& fields, std::string_view name) {
  switch (fields.kind(name)) {
    case Fields::Kind::absent:
    case Fields::Kind::null:
      return std::nullopt;
    case Fields::Kind::string:
      return place_from_text(fields.string(name).value_or(""), name);
    case Fields::Kind::number:
      return place_from_text(fields.raw(name), name);
    default:
      return invalid(name);
  }
}

Result<std::uint32_t> limit_from_text(std::string_view text, std::uint32_t limit_max) {
  if (text.empty()) return limits::entries_limit_default;
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > limit_max)
    return invalid(members::entries_limit.name);
  return limit;
}

Result<EntryRange::Cores> cores_from_text(std::string_view text) {
  if (text == "true") return EntryRange::Cores::included;
  if (text.empty() || text == "false") return EntryRange::Cores::left_out;
  return invalid(members::with_cores.name);
}

Result<EntryRange> range_of(Place after, Place before, Result<std::uint32_t> limit, Result<EntryRange::Cores> cores) {
  if (!after) return std::unexpected(std::move(after.error()));
  if (!before) return std::unexpected(std::move(before.error()));
  if (!limit) return std::unexpected(std::move(limit.error()));
  if (!cores) return std::unexpected(std::move(cores.error()));
  return EntryRange{*after, *before, *limit, *cores};
}

std::string_view name_of(domain::ParticipantChangeKind kind) {
  switch (kind) {
    case domain::ParticipantChangeKind::added:
      return "added";
    case domain::ParticipantChangeKind::removed:
      return "removed";
    case domain::ParticipantChangeKind::first_join:
      break;
  }
  return "firstJoin";
}

// The members after kind, seq, position and timestamp. One overload for each type of content.
void write_content(JsonWriter&, const SessionId&, std::monostate) {}

void write_content(JsonWriter& writer, const SessionId&, const EntryView::Created& created) {
  writer.key("participants");
  write_participants(writer, created.participants);
}

void write_content(JsonWriter& writer, const SessionId&, const domain::ParticipantChange& change) {
  writer.member("change", name_of(change.kind)).key("userId");
  write_id(writer, change.participant.user);
  writer.member("role", change.participant.role.name);
}

void write_content(JsonWriter& writer, const SessionId& session, const EntryView::Deleted& deleted) {
  writer.key("id");
  write_id(writer, deleted.message);
  writer.key("sessionId");
  write_id(writer, session);
  writer.key("deletedBy");
  write_id(writer, deleted.deleted_by);
}

void write_content(JsonWriter& writer, const SessionId&, const EntryView::Ended& ended) {
  writer.key("endedBy");
  write_id(writer, ended.ended_by);
}

void write_content(JsonWriter& writer, const SessionId&, const EntryView::Reopened& reopened) {
  writer.key("reopenedBy");
  write_id(writer, reopened.reopened_by);
}

void write_entry(JsonWriter& writer, const EntryView& entry, const SessionId& session) {
  writer.begin_object().member("kind", domain::name_of(entry.kind));
  if (const auto* text = std::get_if<domain::MessageView>(&entry.content)) {
    write_chat_event_members(writer, *text);
  } else {
    writer.key("seq").integer(entry.position.seq);
    writer.key("position");
    write_position(writer, entry.position);
    writer.key("timestamp");
    write_time(writer, entry.timestamp);
    std::visit(
        [&]<typename Content>(const Content& content) {
          if constexpr (!std::is_same_v<Content, domain::MessageView>) write_content(writer, session, content);
        },
        entry.content);
  }
  if (!entry.core.empty()) writer.member("core", to_base64(entry.core));
  writer.end_object();
}

}  // namespace

Result<EntryRange> entry_range_from_query(std::string_view query) {
  const auto text = [query](std::string_view name) { return query_value(query, name).value_or(""); };
  return range_of(
      place_from_text(text(members::after.name), members::after.name), place_from_text(text(members::before.name), members::before.name),
      limit_from_text(text(members::entries_limit.name), limits::entries_limit_max), cores_from_text(text(members::with_cores.name)));
}

Result<EntryRange> entry_range_from_event(const Fields& fields) {
  const auto json = [&fields](std::string_view name) { return is_left_out(fields, name) ? std::string_view() : fields.raw(name); };
  return range_of(place_from_field(fields, members::after.name), place_from_field(fields, members::before.name),
                  limit_from_text(json(members::entries_limit.name), limits::socket_entries_max),
                  cores_from_text(json(members::with_cores.name)));
}

std::string entry_json(const EntryView& entry, const SessionId& session) {
  std::string json;
  JsonWriter writer(json);
  write_entry(writer, entry, session);
  return json;
}

void write_entries(JsonWriter& writer, const domain::EntriesView& view) {
  writer.key("from");
  write_position(writer, view.from);
  writer.key("to");
  write_position(writer, view.to);
  writer.key("count").integer(static_cast<std::int64_t>(view.entries.size() + view.count));
  writer.member("digest", to_hex(view_of(view.digest)));
  writer.key("more").boolean(view.rest == domain::EntriesView::Rest::more);
  if (view.history == domain::EntriesView::History::reset) writer.key("reset").boolean(true);
  writer.key("entries").begin_array();
  if (view.count > 0) writer.raw(view.json);
  for (const EntryView& entry : view.entries) {
    if (entry.json.empty())
      write_entry(writer, entry, view.session);
    else
      writer.raw(entry.json);
  }
  writer.end_array();
}

}  // namespace parley::api
