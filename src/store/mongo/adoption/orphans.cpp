#include "store/mongo/adoption/orphans.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "store/mongo/adoption/foreign_texts.hpp"
#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::size_t shown_bytes_max = 64;  // of an id, which may have any content

// All values of `$type` except strings and arrays: `$type` matches an array by its elements.
constexpr std::array<std::string_view, 14> foreign_types = {"null",  "number",    "object",     "binData", "objectId",  "bool",   "date",
                                                            "regex", "timestamp", "javascript", "symbol",  "undefined", "minKey", "maxKey"};

const Document& by_session() {
  static const Document index = ascending({"sessionId"});
  return index;
}

const Document& session_only() {
  static const Document projection = [] {
    Document made;
    made.int32("_id", 0).int32("sessionId", 1);
    return made;
  }();
  return projection;
}

/// Messages that are not in the log and whose `sessionId` matches this.
Document foreign_messages(const Document& session) {
  Document filter;
  filter.document("sessionId", session).null("seq");
  return filter;
}

std::string shown(std::string_view session) {
  if (session.size() > shown_bytes_max || !is_valid_utf8(session)) return "of " + std::to_string(session.size()) + " bytes";
  std::string quoted;
  append_json_string(quoted, session);
  return quoted;
}

}  // namespace

Result<Orphans::Page> Orphans::next() {
  if (!std::exchange(has_begun_, true)) return of_foreign_types();
  if (!in_range_)
    if (auto begun = begin_range(); !begun) return std::unexpected(begun.error());
  return of_range();
}

Result<Orphans::Page> Orphans::of_foreign_types() {
  Page page{.more = true};
  const auto look = [&](const Document& session) -> Result<void> {
    const Document filter = foreign_messages(session);
    const auto found = client_.find(collection::chat, filter, {.hint = &index_of_foreign(), .limit = 1});
    if (!found) return std::unexpected(to_error(found.error()));
    if (found->empty()) return {};
    const auto counted = count_messages(client_, filter);
    if (!counted) return std::unexpected(counted.error());
    const Fields first(found->front());
    const std::string type(first.type_name("sessionId"));
    const std::string reason = first.has("sessionId") ? "sessionId is " + type + ", not a string" : "sessionId is missing";
    page.found.push_back(messages_left_alone(id_of(first), reason, *counted));
    return {};
  };
  Document missing;
  missing.boolean("$exists", false);
  if (auto looked = look(missing); !looked) return std::unexpected(looked.error());
  for (const std::string_view type : foreign_types) {
    Document array;
    array.text("$type", "array");  // `$type` also matches the types of its elements
    Document of_type;
    of_type.text("$type", type).document("$not", array);
    if (auto looked = look(of_type); !looked) return std::unexpected(looked.error());
  }
  return page;
}

Result<void> Orphans::begin_range() {
  until_.reset();
  Document filter;
  filter.document("sessionId", bounds());
  const auto limit = static_cast<std::int64_t>(page_max_);
  const auto found = client_.find(collection::sessions, filter,
                                  {.sort = &by_session(), .projection = &session_only(), .hint = &by_session(), .limit = limit});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->size() == page_max_)
    for (const Document& session : *found)
      if (const auto id = Fields(session).text("sessionId"); id && (!until_ || *id > *until_)) until_ = std::string(*id);
  in_range_ = true;
  return {};
}

Result<Orphans::Page> Orphans::of_range() {
  const auto limit = static_cast<std::int64_t>(page_max_);
  const auto found = client_.find(collection::chat, foreign_messages(bounds()),
                                  {.sort = &index_of_foreign(), .projection = &by_session(), .hint = &index_of_foreign(), .limit = limit});
  if (!found) return std::unexpected(to_error(found.error()));
  Page page;
  BySession messages = sort_out(*found, page);
  const bool is_full = found->size() == page_max_;
  const auto cut = is_full && !messages.empty() ? std::optional(messages.rbegin()->first) : std::nullopt;
  move_on(messages, is_full);
  page.more = in_range_ || until_;
  if (auto taken = take_out_existing(messages); !taken) return std::unexpected(taken.error());
  for (auto& [session, of_session] : messages) {
    if (session == cut) {
      Document filter;
      filter.text("sessionId", session).null("seq");
      const auto counted = count_messages(client_, filter);
      if (!counted) return std::unexpected(counted.error());
      of_session.count = *counted;
    }
    page.found.push_back(
        messages_left_alone(std::move(of_session.first), "sessionId " + shown(session) + " is not in sessions", of_session.count));
  }
  return page;
}

Orphans::BySession Orphans::sort_out(const std::vector<Document>& messages, Page& page) {
  BySession sorted;
  for (const Document& document : messages) {
    const Fields message(document);
    if (const auto session = message.text("sessionId")) {
      Messages& of_session = sorted[std::string(*session)];
      if (of_session.count++ == 0) of_session.first = id_of(message);
    } else if (!std::exchange(told_of_arrays_, true)) {
      const std::string reason =
          "sessionId is " + std::string(message.type_name("sessionId")) + ", not a string (there may be more, the first is named)";
      page.found.push_back({std::string(collection::chat), id_of(message), reason});
    }
  }
  return sorted;
}

/// If a full page ends inside a session, the next page skips the rest of that session. Each step moves forward, so the walk ends.
void Orphans::move_on(const BySession& messages, bool is_full) {
  if (is_full && !messages.empty()) {
    behind_ = messages.rbegin()->first;
  } else if (is_full && !strings_only_) {
    strings_only_ = true;  // a page of arrays only: read the same range again without arrays
  } else {
    behind_ = until_ ? until_ : behind_;
    in_range_ = strings_only_ = false;
  }
}

Result<void> Orphans::take_out_existing(BySession& messages) {
  if (messages.empty()) return {};
  Array ids;
  for (const auto& [session, of_session] : messages) ids.text(session);
  Document any;
  any.array("$in", ids.as_document());
  Document filter;
  filter.document("sessionId", any);
  const auto read =
      client_.each(collection::sessions, filter, {.projection = &session_only(), .hint = &by_session()}, [&](const Fields& row) {
        if (const auto session = row.text("sessionId"))
          if (const auto known = messages.find(*session); known != messages.end()) messages.erase(known);
        return true;
      });
  if (!read) return std::unexpected(to_error(read.error()));
  return {};
}

Document Orphans::bounds() const {
  Document made;
  made.text(behind_ ? "$gt" : "$gte", behind_.value_or(""));
  if (until_) made.text("$lte", *until_);
  if (!strings_only_) return made;
  Array others;
  others.text("array").text("symbol");
  Document are;
  are.array("$type", others.as_document());
  made.document("$not", are);
  return made;
}

}  // namespace parley::store::mongo
