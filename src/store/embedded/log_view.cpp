#include "store/embedded/log_view.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <string>

#include "base/limits.hpp"
#include "domain/chain.hpp"
#include "domain/error_code.hpp"

namespace parley::store::embedded {

namespace {

Error read_failed(const rocksdb::Status& status) {
  return Error{ErrorCode::store_failed, "The store cannot be read", status.ToString()};
}

}  // namespace

LogView::LogView(const Database& database, StoreState& state, Moment moment) : database_(database), state_(state) {
  if (moment == Moment::snapshot) snapshot_ = database_.db().GetSnapshot();
}

LogView::~LogView() {
  if (snapshot_) database_.db().ReleaseSnapshot(snapshot_);
}

rocksdb::ReadOptions LogView::options() const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  return options;
}

std::unexpected<Error> LogView::failed(const rocksdb::Status& status, SessionNumber session, std::uint32_t seq) {
  if (status.IsCorruption()) return std::unexpected(state_.note_damage(session, seq, status.ToString()));
  return std::unexpected(read_failed(status));
}

Result<domain::EncodedEntry> LogView::checked(SessionNumber session, std::uint32_t seq, BytesView record) {
  auto entry = domain::decode_record(seq, record);
  if (!entry) return std::unexpected(state_.note_damage(session, seq, entry.error().message + " " + entry.error().detail));
  return entry;
}

/// `digest` is the predecessor's, or empty for the first entry of a range. On return it is the digest of this entry.
Result<domain::EncodedEntry> LogView::linked(SessionNumber session, std::uint32_t seq, BytesView record, std::optional<Digest32>& digest) {
  auto entry = checked(session, seq, record);
  if (!entry) return entry;
  const auto trailer = domain::decode_trailer(entry->trailer, entry->core, entry->body);
  if (!trailer) return std::unexpected(state_.note_damage(session, seq, trailer.error().message + " " + trailer.error().detail));
  if (digest && domain::next_digest(*digest, entry->core) != trailer->digest)
    return std::unexpected(state_.note_damage(session, seq, "the chain is broken: its digest does not follow from the entry before it"));
  digest = trailer->digest;
  return entry;
}

Result<std::optional<domain::EncodedEntry>> LogView::last(SessionNumber session) {
  const Bytes prefix = session_prefix(session);
  const std::unique_ptr<rocksdb::Iterator> iterator(database_.db().NewIterator(options(), database_.family(Family::log)));
  iterator->SeekForPrev(log_key(session, limits::seq_max));
  if (!iterator->status().ok()) return failed(iterator->status(), session, 0);
  if (!iterator->Valid() || !iterator->key().starts_with(prefix)) return std::optional<domain::EncodedEntry>{};
  return checked(session, seq_of(iterator->key().ToStringView()), iterator->value().ToStringView());
}

Result<domain::EncodedEntry> LogView::entry(SessionNumber session, std::uint32_t seq) {
  rocksdb::PinnableSlice record;
  if (seq == 0 || seq > limits::seq_max) return refuse(ErrorCode::not_found, "No such entry");
  const auto status = database_.db().Get(options(), database_.family(Family::log), log_key(session, seq), &record);
  if (status.ok()) return checked(session, seq, record.ToStringView());
  if (!status.IsNotFound()) return failed(status, session, seq);
  const auto head = last(session);
  if (!head) return std::unexpected(head.error());
  if (*head && (*head)->seq > seq) return std::unexpected(state_.note_damage(session, seq, "the entry is missing"));
  return refuse(ErrorCode::not_found, "No such entry");
}

Result<std::vector<domain::EncodedEntry>> LogView::range(SessionNumber session, std::uint32_t first, Portion most) {
  std::vector<domain::EncodedEntry> entries;
  std::uint32_t expected = first == 0 ? 1 : first;
  std::optional<Digest32> digest;
  const Bytes prefix = session_prefix(session);
  const Bytes end = prefix_end(prefix);
  rocksdb::ReadOptions read_options = options();
  const rocksdb::Slice end_slice(end);
  if (expected > limits::seq_max || most.entries() == 0) return entries;
  read_options.iterate_upper_bound = &end_slice;
  const std::unique_ptr<rocksdb::Iterator> iterator(database_.db().NewIterator(read_options, database_.family(Family::log)));
  std::size_t bytes = 0;
  iterator->Seek(log_key(session, expected));
  for (; iterator->Valid() && !most.is_full(entries.size(), bytes); iterator->Next(), ++expected) {
    const std::uint32_t seq = seq_of(iterator->key().ToStringView());
    if (seq != expected) return std::unexpected(state_.note_damage(session, expected, "the entry is missing"));
    auto entry = linked(session, seq, iterator->value().ToStringView(), digest);
    if (!entry) return std::unexpected(entry.error());
    bytes += entry->size_bytes();
    entries.push_back(*std::move(entry));
  }
  if (!iterator->status().ok()) return failed(iterator->status(), session, expected);
  return entries;
}

Result<void> LogView::scan(SessionNumber session, std::uint32_t first, const std::function<void(const domain::EncodedEntry&)>& visit) {
  constexpr Portion chunk{256, limits::read_bytes_max};
  for (std::uint32_t next = first;;) {
    const auto entries = range(session, next, chunk);
    if (!entries) return std::unexpected(entries.error());
    for (const domain::EncodedEntry& entry : *entries) visit(entry);
    if (!chunk.is_full(*entries)) return {};
    next = entries->back().seq + 1;
  }
}

Result<std::vector<std::uint32_t>> LogView::deleted(SessionNumber session) {
  std::vector<std::uint32_t> seqs;
  const auto read = each(Family::deleted, session_prefix(session), [&](BytesView key, BytesView) {
    seqs.push_back(seq_of(key));
    return Walk::next;
  });
  if (!read) return std::unexpected(read.error());
  return seqs;
}

Result<bool> LogView::shows(SessionNumber session, std::uint32_t seq) {
  rocksdb::PinnableSlice record;
  const auto status = database_.db().Get(options(), database_.family(Family::log), log_key(session, seq), &record);
  if (!status.ok() && !status.IsNotFound()) return failed(status, session, seq);
  return status.ok();
}

Result<std::optional<Bytes>> LogView::value(Family family, BytesView key) {
  std::string bytes;
  const auto status = database_.db().Get(options(), database_.family(family), rocksdb::Slice(key), &bytes);
  if (status.IsNotFound()) return std::optional<Bytes>{};
  if (!status.ok()) return std::unexpected(read_failed(status));
  return bytes;
}

Result<void> LogView::each(Family family, BytesView prefix, const std::function<Walk(BytesView key, BytesView value)>& visit) {
  return each_after(family, prefix, {}, visit);
}

Result<void> LogView::each_after(Family family, BytesView prefix, BytesView after,
                                 const std::function<Walk(BytesView key, BytesView value)>& visit) {
  Bytes first(after.empty() ? prefix : after);
  if (!after.empty()) first.push_back('\0');  // the smallest key greater than `after`
  const Bytes end = prefix_end(prefix);
  const rocksdb::Slice end_slice(end);
  rocksdb::ReadOptions read_options = options();
  read_options.iterate_upper_bound = &end_slice;
  // Payloads of signalling are large, and hardly anybody reads them twice. They would displace messages from the cache.
  read_options.fill_cache = family != Family::signalling;
  const std::unique_ptr<rocksdb::Iterator> iterator(database_.db().NewIterator(read_options, database_.family(family)));
  for (iterator->Seek(rocksdb::Slice(first)); iterator->Valid(); iterator->Next())
    if (visit(iterator->key().ToStringView(), iterator->value().ToStringView()) == Walk::stop) break;
  if (!iterator->status().ok()) return std::unexpected(read_failed(iterator->status()));
  return {};
}

}  // namespace parley::store::embedded
