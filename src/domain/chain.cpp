// Gives entries their place in the log. This is decided here, in memory. The entry is durable once the store says so.
#include "domain/chain.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "domain/byte_codec.hpp"
#include "domain/entry_layout.hpp"

namespace parley::domain {
namespace {

RoleCounter& counter_of(Counters& counters, const Role& role) {
  const auto found = std::ranges::find(counters.roles, role, &RoleCounter::role);
  if (found != counters.roles.end()) return *found;
  return counters.roles.emplace_back(RoleCounter{role});
}

void count_text(Counters& counters, const Role& role, std::string_view text, Timestamp time) {
  ++counters.texts_ever;
  if (!counters.first_live_text) counters.first_live_text = time;
  counters.last_live_text = time;
  RoleCounter& counter = counter_of(counters, role);
  ++counter.live_texts;
  counter.live_code_points += code_point_count(text);
}

void count_deletion(Counters& counters, const Deletion& deletion) {
  RoleCounter& counter = counter_of(counters, deletion.sender_role);
  PARLEY_ASSERT(counters.live_texts() > 0 && counter.live_texts > 0);
  PARLEY_ASSERT(counter.live_code_points >= deletion.code_points);
  ++counters.deletions;
  --counter.live_texts;
  counter.live_code_points -= deletion.code_points;
  counters.first_live_text = deletion.first_live_text;
  counters.last_live_text = deletion.last_live_text;
  PARLEY_ASSERT(counters.first_live_text.has_value() == (counters.live_texts() > 0));
  PARLEY_ASSERT(counters.last_live_text.has_value() == (counters.live_texts() > 0));
}

Body body_of(Draft& draft, Entropy& entropy) {
  return {entropy.bytes<layout::salt_bytes>(), draft.message_type, std::move(draft.text), std::move(draft.client_message_id),
          std::move(draft.attributes)};
}

Core core_of(Draft& draft, const Head& head, SessionNumber session) {
  Core core;
  core.kind = draft.kind;
  core.flags = draft.flags;
  core.seq = head.seq;
  core.id = make_entry_id(head.timestamp, session, head.seq);
  core.timestamp = head.timestamp;
  core.sender = draft.sender;
  core.sender_role = std::move(draft.sender_role);
  core.key = draft.key;
  core.extensions = std::move(draft.extensions);
  std::ranges::sort(core.extensions, {}, &Extension::type);
  return core;
}

}  // namespace

Head genesis(const SessionId& session) {
  Head head;
  Bytes id;
  append_id(id, session);
  head.digest = sha256({"parley2", id});
  return head;
}

Head head_after(const Entry& entry) {
  return {entry.core.seq, entry.trailer.digest, entry.core.timestamp, entry.trailer.counters};
}

Digest32 next_digest(const Digest32& previous, BytesView core) {
  return sha256({view_of(previous), core});
}

Chained chain(Head& head, SessionNumber session, Draft draft, Entropy& entropy) {
  PARLEY_ASSERT(head.seq < limits::seq_max);
  PARLEY_ASSERT(draft.deletion.has_value() == (draft.kind == EntryKind::deleted));
  ++head.seq;
  head.timestamp = std::max(draft.time, head.timestamp);

  Chained chained;
  chained.entry.body = body_of(draft, entropy);
  chained.entry.core = core_of(draft, head, session);
  if (draft.kind == EntryKind::text) {
    count_text(head.counters, chained.entry.core.sender_role, chained.entry.body->text, head.timestamp);
  }
  if (draft.deletion) count_deletion(head.counters, *draft.deletion);

  EncodedEntry& encoded = chained.encoded;
  encoded.seq = head.seq;
  encoded.body = encode_body(*chained.entry.body, std::move(draft.memory.body));
  chained.entry.core.commitment = commitment_of(encoded.body);
  encoded.core = encode_core(chained.entry.core, std::move(draft.memory.core));
  head.digest = next_digest(head.digest, encoded.core);
  chained.entry.trailer = {head.digest, head.counters};
  encoded.trailer = encode_trailer(chained.entry.trailer, encoded.core, encoded.body, std::move(draft.memory.trailer));
  PARLEY_ASSERT(encoded.size_bytes() <= limits::entry_bytes_max);
  return chained;
}

Result<void> verify_link(const Head& previous, const EncodedEntry& entry) {
  const auto broken = [&](std::size_t offset, std::string_view expected) {
    return damaged("entry " + std::to_string(entry.seq) + " after " + std::to_string(previous.seq), offset, expected);
  };
  const auto core = decode_core(entry.core);
  if (!core) return std::unexpected(core.error());
  if (entry.seq != core->seq || core->seq != previous.seq + 1) {
    return broken(layout::core_seq_offset, "seq " + std::to_string(previous.seq + 1));
  }
  if (core->timestamp < previous.timestamp) return broken(layout::core_timestamp_offset, "a time not before its predecessor's");
  const auto trailer = decode_trailer(entry.trailer, entry.core, entry.body);
  if (!trailer) return std::unexpected(trailer.error());
  if (trailer->digest != next_digest(previous.digest, entry.core)) return broken(0, "the digest of the chain");
  return {};
}

}  // namespace parley::domain
