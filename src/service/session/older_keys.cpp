#include "service/session/older_keys.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "service/session/session_shard.hpp"

namespace parley::service {
namespace {

Result<std::vector<Key16>> read_keys(SessionNumber session, std::uint32_t from, std::uint32_t to, store::LogReader& reader) {
  std::vector<Key16> keys;
  while (from < to) {
    const auto entries = reader.range(session, from, {to - from, limits::read_bytes_max});
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return refuse(ErrorCode::log_corrupt, "The session's log is shorter than was known");
    for (const domain::EncodedEntry& entry : *entries) {
      const auto core = domain::decode_core(entry.core);
      if (!core) return std::unexpected(core.error());
      if (core->key != Key16{}) keys.push_back(core->key);
    }
    from = entries->back().seq + 1;
  }
  return keys;
}

}  // namespace

void read_older_keys(SessionShard& shard, SessionState& session) {
  const std::uint32_t to = session.keys.known_from();
  if (to <= 1 || session.older_keys_on_their_way) return;
  session.older_keys_on_their_way = true;
  const std::uint32_t from = to - std::min(to - 1, limits::older_keys_page);
  shard.read<std::vector<Key16>>(
      [number = session.row->number, from, to](store::LogReader& reader) { return read_keys(number, from, to, reader); },
      [&shard, id = session.id(), from, to](Result<std::vector<Key16>> keys) {
        SessionState* loaded = shard.find(id);
        if (loaded == nullptr) return;
        loaded->older_keys_on_their_way = false;
        if (keys) loaded->keys.add_older(from, to, *keys);  // the store has logged why a read failed; the next message tries again
      });
}

}  // namespace parley::service
