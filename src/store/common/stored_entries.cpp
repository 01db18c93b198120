#include "store/common/stored_entries.hpp"

#include <algorithm>

namespace parley::store {

using domain::EncodedEntry;

Result<domain::Position> position_of(const EncodedEntry& entry) {
  const auto trailer = domain::decode_trailer(entry.trailer, entry.core, entry.body);
  if (!trailer) return std::unexpected(trailer.error());
  return domain::Position::at(entry.seq, trailer->digest);
}

bool are_same(std::span<const EncodedEntry> stored, std::span<const EncodedEntry> appended) {
  return stored.size() >= appended.size() &&
         std::ranges::equal(stored.first(appended.size()), appended, {}, &EncodedEntry::core, &EncodedEntry::core);
}

}  // namespace parley::store
