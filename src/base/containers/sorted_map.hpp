// A map for a handful of elements, in one piece of memory.
#pragma once

#include <boost/container/flat_map.hpp>

namespace parley {

/// As std::map, but adding and removing take linear time and invalidate every reference and iterator.
template <typename Key, typename Value>
using SortedMap = boost::container::flat_map<Key, Value>;

}  // namespace parley
