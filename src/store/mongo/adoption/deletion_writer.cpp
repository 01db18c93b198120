#include "store/mongo/adoption/deletion_writer.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "domain/chain.hpp"
#include "domain/error_code.hpp"
#include "domain/extensions.hpp"
#include "store/mongo/log/erasure.hpp"
#include "store/mongo/log/log_view.hpp"

namespace parley::store::mongo {

namespace {

using domain::Entry;
using domain::EntryAddress;
using domain::EntryKind;

constexpr std::uint32_t neighbours_read = 64;  // entries of one read: a live text is rarely further away

bool is_live_text(const domain::EncodedEntry& entry) {
  if (entry.body.empty()) return false;
  const auto core = domain::decode_core(entry.core);
  return core && core->kind == EntryKind::text;
}

Result<std::optional<Timestamp>> time_of(const domain::EncodedEntry& entry) {
  const auto core = domain::decode_core(entry.core);
  if (!core) return std::unexpected(core.error());
  return core->timestamp;
}

/// The log time of the next live text after `seq`.
Result<std::optional<Timestamp>> next_live(LogView& view, SessionNumber session, std::uint32_t seq) {
  for (;;) {
    const auto entries = view.range(session, seq + 1, neighbours_read);
    if (!entries) return std::unexpected(entries.error());
    const auto found = std::ranges::find_if(*entries, is_live_text);
    if (found != entries->end()) return time_of(*found);
    if (entries->size() < neighbours_read) return std::nullopt;
    seq = entries->back().seq;
  }
}

/// The log time of the last live text before `seq`.
Result<std::optional<Timestamp>> previous_live(LogView& view, SessionNumber session, std::uint32_t seq) {
  while (seq > 1) {
    const std::uint32_t first = seq > neighbours_read ? seq - neighbours_read : 1;
    const auto entries = view.range(session, first, seq - first);
    if (!entries) return std::unexpected(entries.error());
    const auto found = std::find_if(entries->rbegin(), entries->rend(), is_live_text);
    if (found != entries->rend()) return time_of(*found);
    seq = first;
  }
  return std::nullopt;
}

/// An entry, and the end of its log.
struct Found {
  SessionNumber session{};
  domain::EncodedEntry encoded;
  domain::EncodedEntry last;
};

Result<std::optional<Found>> find_own(LogView& view, const ObjectId& message) {
  const EntryAddress own = domain::address_of(message);
  // Read the end first: otherwise a log that grows during the read would seem to have a gap.
  auto last = view.last(own.session, Reading::committed);
  if (!last) return std::unexpected(last.error());
  if (own.seq == 0 || !*last || own.seq > (*last)->seq) return std::optional<Found>{};
  auto entry = view.entry(own.session, own.seq);
  if (!entry) return std::unexpected(entry.error());
  const auto core = *entry ? domain::decode_core((*entry)->core) : Result<domain::Core>(domain::Core{});
  if (!core || core->id != message) return std::optional<Found>{};
  return Found{own.session, **std::move(entry), **std::move(last)};
}

Result<std::optional<Found>> find_adopted(Client& client, LogView& view, const ObjectId& message) {
  static const Document index = ascending({"adopts"});
  Document filter;
  filter.id("adopts", message);
  const auto found = client.find(collection::log, filter, {.hint = &index, .limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<Found>{};
  const auto document = decode_log_document(found->front());
  if (!document) return std::unexpected(document.error());
  for (std::uint32_t seq = document->first; seq <= document->last(); ++seq) {
    auto entry = view.entry_of(*document, seq);
    if (!entry) return std::unexpected(entry.error());
    const auto core = domain::decode_core(entry->core);
    const auto id = core ? domain::read_adopted_id(*core) : std::unexpected(core.error());
    if (!id || *id != message) continue;
    auto last = view.last(document->session, Reading::committed);
    if (!last) return std::unexpected(last.error());
    if (!*last) return std::optional<Found>{};
    return Found{document->session, *std::move(entry), **std::move(last)};
  }
  return std::optional<Found>{};
}

}  // namespace

/// The text, and the end of the log that the deletion follows.
struct DeletionWriter::Target {
  StoredDocument document;  // the document that holds the text
  domain::EncodedEntry encoded;
  Entry text;
  domain::Head head;
  domain::Deletion deletion;
};

Result<std::optional<DeletionWriter::Located>> DeletionWriter::locate(Client& client, const ObjectId& message) {
  // A majority read is enough here, because `append` reads the newest state before it writes. A linearizable
  // read takes up to 100 ms on an idle replica set, and the deletions by the mirror itself are looked up too.
  LogView view(client, deps_.state);
  auto found = find_own(view, message);
  if (found && !*found) found = find_adopted(client, view, message);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::optional<Located>{};
  const auto& [session, encoded, last] = **found;
  const auto entry = domain::decode_entry(encoded);
  if (!entry) return std::unexpected(entry.error());
  const auto head = domain::decode_entry(last);
  if (!head) return std::unexpected(head.error());
  return Located{session, encoded.seq, is_live_text(encoded), domain::time_for_clients(entry->core).value_or(entry->core.timestamp),
                 head->trailer.counters.live_texts()};
}

Result<bool> DeletionWriter::append(Client& client, const EntryAddress& text, std::string_view reason) {
  if (deps_.topology == Topology::standalone)  // a deletion without its second step looks as if nothing was deleted
    if (auto finished = finish_erasures(client, deps_.state); !finished) return std::unexpected(finished.error());
  LogView view(client, deps_.state);
  for (std::size_t tries = 0; tries < limits::append_conflicts_max; ++tries) {
    const auto last = view.last(text.session, Reading::newest);
    if (!last) return std::unexpected(last.error());
    if (!*last || (*last)->seq < text.seq) return false;
    const auto document = view.document_of(text.session, text.seq);
    if (!document) return std::unexpected(document.error());
    if (!*document) return false;
    auto encoded = view.entry_of(**document, text.seq);
    if (!encoded) return std::unexpected(encoded.error());
    if (!is_live_text(*encoded)) return false;
    const auto head = domain::decode_entry(**last);
    if (!head) return std::unexpected(head.error());
    auto entry = domain::decode_entry(*encoded);
    if (!entry) return std::unexpected(entry.error());
    const auto before = previous_live(view, text.session, text.seq);
    if (!before) return std::unexpected(before.error());
    const auto after = next_live(view, text.session, text.seq);
    if (!after) return std::unexpected(after.error());
    Target target{**document, *std::move(encoded), *std::move(entry), domain::head_after(*head), {}};
    const domain::Counters& counters = target.head.counters;
    target.deletion = {target.text.core.sender_role, code_point_count(target.text.body->text), *before ? counters.first_live_text : *after,
                       *after ? counters.last_live_text : *before};
    const auto written = write(client, target, reason);
    if (!written) return std::unexpected(written.error());
    if (*written == Written::place_taken) continue;
    deps_.announce(text.session);
    return true;
  }
  return refuse(ErrorCode::overloaded, "The server is overloaded", "others wrote to the session each time");
}

Result<DeletionWriter::Written> DeletionWriter::write(Client& client, const Target& target, std::string_view reason) {
  domain::Draft draft;
  draft.kind = EntryKind::deleted;
  draft.time = deps_.clock.now();
  draft.deletion = target.deletion;
  const domain::Core& text = target.text.core;
  draft.extensions.push_back(domain::target_seq_extension(text.seq));
  draft.extensions.push_back(domain::target_id_extension(domain::id_for_clients(text).value_or(text.id)));
  draft.attributes.push_back({"reason", std::string(reason)});
  domain::Head head = target.head;
  const SessionNumber session = target.document.session;
  LogDocument document{.session = session, .erases = text.seq, .at = deps_.places.draw()};
  document.entries.push_back(domain::chain(head, session, std::move(draft), deps_.entropy).encoded);
  return judge(insert(client, target, document), document.at);
}

// As in CommitRound: one transaction, or two steps on a standalone; there the next start finishes a missing second step.
Outcome<void> DeletionWriter::insert(Client& client, const Target& target, const LogDocument& document) {
  const auto emptied = domain::emptied(target.encoded);
  if (!emptied) return std::unexpected(Failure{FailureKind::refused, 0, emptied.error().detail});
  Document encoded = encode_log_document(document);
  const Document query = id_range(target.document.session, target.document.first, target.document.first);
  const Document change = set_record(target.document, *emptied);
  if (deps_.topology == Topology::replica_set) return client.insert_and_update(collection::log, encoded, query, change);
  encoded.boolean(pending_field, true);
  return erase_in_steps(client, encoded, query, change);
}

// A write without an answer is not retried here: the next look at this message reads the result.
Result<DeletionWriter::Written> DeletionWriter::judge(const Outcome<void>& result, std::int64_t place) {
  const bool is_unknown = !result && result.error().kind == FailureKind::unknown;
  if (is_unknown)
    deps_.places.abandon(place, deps_.clock.steady_now() + limits::mongo_stray_write_life);
  else
    deps_.places.settle(place);
  if (result) return Written::yes;
  const FailureKind kind = result.error().kind;
  if (kind == FailureKind::duplicate_key || kind == FailureKind::in_the_way) return Written::place_taken;
  return std::unexpected(to_error(result.error()));
}

}  // namespace parley::store::mongo
