// Where a list of the API goes on: `before` of an answer that ended at limits::list_bytes_max or at its limit, and of the next request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace parley::http_api {

/// An element of a list that is sorted by time.
struct ListPlace {
  Timestamp time{};
  std::string id;  // tells it from others of its time
};

/// `<milliseconds>.<id>`. To clients it means nothing.
[[nodiscard]] std::string to_text(const ListPlace& place);
/// Nothing: the text is not of that form. What the id means is for the caller to check.
[[nodiscard]] std::optional<ListPlace> parse_list_place(std::string_view text);

}  // namespace parley::http_api
