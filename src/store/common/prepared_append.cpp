#include "store/common/prepared_append.hpp"

#include <string>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::store {

namespace {

std::unexpected<Error> malformed(const std::string& what) {
  return refuse(ErrorCode::invalid_argument, "Malformed append", what);
}

// Ends, deletions and first joins are limited in number for each existing session, so they are allowed below the mark of free space.
bool needs_room(domain::EntryKind kind) {
  return kind == domain::EntryKind::text || kind == domain::EntryKind::created || kind == domain::EntryKind::reopened;
}

Result<void> prepare_entry(PreparedAppend& prepared, const domain::EncodedEntry& entry) {
  if (entry.size_bytes() > limits::entry_bytes_max) return malformed("an entry is larger than entry_bytes_max");
  if (entry.seq > limits::seq_max) return refuse(ErrorCode::session_full, "Session is full");
  const auto core = domain::decode_core(entry.core);
  if (!core || core->seq != entry.seq) return malformed("the core of seq " + std::to_string(entry.seq) + " is not one");
  const bool is_text = core->kind == domain::EntryKind::text;
  if (is_text && entry.seq > limits::text_seq_max) return refuse(ErrorCode::session_full, "Session is full");
  const auto trailer = domain::decode_trailer(entry.trailer, entry.core, entry.body);
  if (!trailer) return malformed(trailer.error().message + " " + trailer.error().detail);
  prepared.last = domain::Position::at(entry.seq, trailer->digest);
  if (core->key != Key16{}) prepared.keys.emplace_back(core->key, entry.seq);
  prepared.needs_room = prepared.needs_room || needs_room(core->kind);
  prepared.bytes += entry.size_bytes();
  return {};
}

}  // namespace

Result<PreparedAppend> prepare(LoopPort& port, Append& append) {
  PreparedAppend prepared;
  if (append.entries.empty() || append.entries.size() > limits::append_entries_max)
    return malformed("an append holds 1 to append_entries_max entries");
  std::uint32_t seq = append.expected.seq;
  for (const domain::EncodedEntry& entry : append.entries) {
    if (entry.seq != ++seq) return malformed("the seqs are not dense after the expected position");
    if (auto checked = prepare_entry(prepared, entry); !checked) return std::unexpected(checked.error());
  }
  prepared.entry_count = append.entries.size();
  prepared.port = &port;
  prepared.append = std::move(append);
  return prepared;
}

}  // namespace parley::store
