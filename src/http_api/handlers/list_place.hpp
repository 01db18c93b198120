// The place where a list continues: `before` in an answer that ends at limits::list_bytes_max or its limit, and in the next request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace parley::http_api {

/// An element of a list that is sorted by time.
struct ListPlace {
  Timestamp time{};
  std::string id;  // distinguishes elements with the same time
};

/// `<milliseconds>.<id>`. Clients must not interpret it.
[[nodiscard]] std::string to_text(const ListPlace& place);
/// Nothing if the text does not have that form. The caller must check the id.
[[nodiscard]] std::optional<ListPlace> parse_list_place(std::string_view text);

}  // namespace parley::http_api
