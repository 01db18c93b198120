// A hash map without a node for each element: adding takes no allocation until the table grows.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

namespace parley {

/// As std::unordered_map, but adding and removing invalidate every reference and iterator. A hash of full quality says so
/// (`using is_avalanching = void`); others are mixed once more.
template <typename Key, typename Value, typename Hash>
using FlatMap = boost::unordered_flat_map<Key, Value, Hash>;

}  // namespace parley
