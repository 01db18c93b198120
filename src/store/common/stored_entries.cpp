#include "store/common/stored_entries.hpp"

namespace parley::store {

Result<domain::Position> position_of(const domain::EncodedEntry& entry) {
  const auto trailer = domain::decode_trailer(entry.trailer, entry.core, entry.body);
  if (!trailer) return std::unexpected(trailer.error());
  return domain::Position::at(entry.seq, trailer->digest);
}

}  // namespace parley::store
