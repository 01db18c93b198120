#include "http_api/handlers/list_place.hpp"

#include <charconv>
#include <cstdint>

namespace parley::http_api {

namespace {
constexpr std::size_t time_digits_max = 15;  // the same as for a `before` that is a time
}

std::string to_text(const ListPlace& place) {
  return std::to_string(place.time.time_since_epoch().count()) + "." + place.id;
}

std::optional<ListPlace> parse_list_place(std::string_view text) {
  const std::size_t point = text.substr(0, time_digits_max + 1).find('.');
  if (point == std::string_view::npos || point == 0 || point + 1 == text.size()) return std::nullopt;
  std::uint64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + point, milliseconds);
  if (error != std::errc() || end != text.data() + point) return std::nullopt;
  return ListPlace{Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}}, std::string(text.substr(point + 1))};
}

}  // namespace parley::http_api
