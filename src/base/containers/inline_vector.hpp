// A vector that keeps its first elements in place: no allocation for the usual few.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>

namespace parley {

/// As std::vector, with room for `N` elements inside the object. Moving it moves those elements.
template <typename T, std::size_t N>
using InlineVector = boost::container::small_vector<T, N>;

}  // namespace parley
