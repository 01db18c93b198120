#include "store/mongo/log/log_view.hpp"

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "domain/chain.hpp"
#include "domain/error_code.hpp"

namespace parley::store::mongo {

namespace {

using domain::EncodedEntry;

/// All ids of a session, for any of the fields that hold such ids.
Document whole(std::string_view field, SessionNumber session) {
  return range_of(field, log_id(session, 0), log_id(session, limits::seq_max));
}

/// Returns the fault, if any. `digest` is empty for the first entry of a range; on success it becomes this entry's digest.
std::optional<std::string> broken_link(const EncodedEntry& entry, std::optional<Digest32>& digest) {
  const auto trailer = domain::decode_trailer(entry.trailer, entry.core, entry.body);
  if (!trailer) return trailer.error().message + " " + trailer.error().detail;
  if (digest && domain::next_digest(*digest, entry.core) != trailer->digest)
    return "the chain is broken: its digest does not follow from the entry before it";
  digest = trailer->digest;
  return std::nullopt;
}

}  // namespace

Result<StoredDocument> LogView::decoded(SessionNumber session, const Fields& fields) {
  auto document = decode_log_document(fields);
  if (!document) return std::unexpected(state_.note_damage(session, 0, document.error().detail));
  return document;
}

Result<EncodedEntry> LogView::entry_of(const StoredDocument& document, std::uint32_t seq) {
  auto entry = domain::decode_record(seq, document.records[seq - document.first]);
  if (!entry) return std::unexpected(state_.note_damage(document.session, seq, entry.error().message + " " + entry.error().detail));
  return entry;
}

Result<std::optional<StoredDocument>> LogView::last_document(SessionNumber session, std::uint32_t seq_max, Reading reading) {
  const auto found =
      client_.find(collection::log, id_range(session, 1, seq_max), {.reading = reading, .sort = &descending_id(), .limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<StoredDocument>{};
  return decoded(session, found->front());
}

Result<std::optional<EncodedEntry>> LogView::last(SessionNumber session, Reading reading) {
  const auto document = last_document(session, limits::seq_max, reading);
  if (!document) return std::unexpected(document.error());
  if (!*document) return std::optional<EncodedEntry>{};
  return entry_of(**document, (*document)->last());
}

Result<std::optional<StoredDocument>> LogView::document_of(SessionNumber session, std::uint32_t seq) {
  auto document = last_document(session, seq, Reading::committed);
  if (!document || !*document || (*document)->last() >= seq) return document;
  const auto head = last_document(session, limits::seq_max, Reading::committed);
  if (!head) return std::unexpected(head.error());
  if (*head && (*head)->last() > seq) return std::unexpected(state_.note_damage(session, seq, "the entry is missing"));
  return std::optional<StoredDocument>{};
}

Result<std::optional<EncodedEntry>> LogView::entry(SessionNumber session, std::uint32_t seq) {
  const auto document = document_of(session, seq);
  if (!document) return std::unexpected(document.error());
  if (!*document) return std::optional<EncodedEntry>{};
  return entry_of(**document, seq);
}

// The document that holds `first` begins at most mongo_document_entries_max - 1
// entries before it. The filter on `last` excludes documents that end before `first`.
Result<std::vector<EncodedEntry>> LogView::range(SessionNumber session, std::uint32_t first, Portion most, Reading reading) {
  std::vector<EncodedEntry> entries;
  std::uint32_t expected = std::max(first, 1u);
  if (expected > limits::seq_max || most.entries() == 0) return entries;
  constexpr std::uint32_t before = limits::mongo_document_entries_max - 1;
  Document bound;
  bound.int32("$gte", static_cast<std::int32_t>(expected));
  Document filter = id_range(session, expected > before ? expected - before : 1, limits::seq_max);
  filter.document("last", bound);
  std::optional<Digest32> digest;
  std::optional<Error> failed;
  std::size_t bytes = 0;
  const auto take = [&](const Fields& fields) {
    const auto document = decoded(session, fields);
    if (!document) return failed = document.error(), false;
    if (document->first > expected) return failed = state_.note_damage(session, expected, "the entry is missing"), false;
    for (; expected <= document->last() && !most.is_full(entries.size(), bytes); ++expected) {
      auto entry = entry_of(*document, expected);
      if (!entry) return failed = entry.error(), false;
      if (const auto broken = broken_link(*entry, digest)) return failed = state_.note_damage(session, expected, *broken), false;
      bytes += entry->size_bytes();
      entries.push_back(*std::move(entry));
    }
    return !most.is_full(entries.size(), bytes);
  };
  const auto limit = static_cast<std::int64_t>(most.entries());  // each document holds at least one entry
  const auto read = client_.each(collection::log, filter, {.reading = reading, .sort = &ascending_id(), .limit = limit}, take);
  if (!read) return std::unexpected(to_error(read.error()));
  if (failed) return std::unexpected(*std::move(failed));
  return entries;
}

Result<std::optional<std::uint32_t>> LogView::find_key(SessionNumber session, const Key16& key) {
  static const Document index = ascending({"keys"});
  Document filter = whole("_id", session);
  filter.binary("keys", view_of(key));
  const auto found = client_.find(collection::log, filter, {.sort = &ascending_id(), .hint = &index, .limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<std::uint32_t>{};
  const auto document = decoded(session, found->front());
  if (!document) return std::unexpected(document.error());
  for (std::uint32_t seq = document->first; seq <= document->last(); ++seq) {
    const auto entry = entry_of(*document, seq);
    if (!entry) return std::unexpected(entry.error());
    const auto core = domain::decode_core(entry->core);
    if (core && core->key == key) return seq;
  }
  return std::unexpected(state_.note_damage(session, document->first, "`keys` of its document names a key that no entry has"));
}

Result<std::vector<LogView::Deleted>> LogView::deleted(SessionNumber session) {
  static const Document erases = ascending({"erases"});
  std::vector<Deleted> deletions;
  const auto read =
      client_.each(collection::log, whole("erases", session), {.sort = &erases, .projection = &erases}, [&](const Fields& fields) {
        deletions.push_back({seq_of(fields.integer("erases").value_or(0)), seq_of(fields.integer("_id").value_or(0))});
        return true;
      });
  if (!read) return std::unexpected(to_error(read.error()));
  return deletions;
}

Result<std::optional<Bytes>> LogView::row(SessionNumber session) {
  auto newest = newest_row(session);
  if (!newest) return std::unexpected(newest.error());
  if (!*newest) return std::optional<Bytes>{};
  return std::move((*newest)->row);
}

Result<std::optional<SessionNumber>> LogView::number_of(const SessionId& session) {
  static const Document index = ascending({session_field});
  Document filter;
  filter.text(session_field, session.to_string());
  const auto found = client_.find(collection::log, filter, {.projection = &ascending_id(), .hint = &index, .limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<SessionNumber>{};
  return session_of(Fields(found->front()).integer("_id").value_or(0));
}

Result<std::optional<LogView::NewestRow>> LogView::newest_row(SessionNumber session) {
  static const Document newest(std::move(Document().int32("rowOf", -1)));
  static const Document projection = ascending({"row", "last"});
  const auto found = client_.find(collection::log, whole("rowOf", session), {.sort = &newest, .projection = &projection, .limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<NewestRow>{};
  const Fields fields(found->front());
  const auto row = fields.binary("row");
  if (!row) return std::unexpected(state_.note_damage(session, 0, "a document of the log has `rowOf` and no `row`"));
  return NewestRow{Bytes(*row), static_cast<std::uint32_t>(fields.integer("last").value_or(0))};
}

Result<std::vector<StoredDocument>> LogView::row_changes(SessionNumber session, std::uint32_t seq) {
  static const Document oldest_first = ascending({"rowOf"});
  const auto found = client_.find(collection::log, range_of("rowOf", log_id(session, seq + 1), log_id(session, limits::seq_max)),
                                  {.sort = &oldest_first, .hint = &oldest_first});
  if (!found) return std::unexpected(to_error(found.error()));
  std::vector<StoredDocument> changes;
  for (const Document& each : *found) {
    auto document = decoded(session, each);
    if (!document) return std::unexpected(document.error());
    changes.push_back(*std::move(document));
  }
  return changes;
}

}  // namespace parley::store::mongo
