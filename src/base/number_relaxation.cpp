// Walks the text outside its strings and looks only at numbers. The parser checks the rest.
#include "base/number_relaxation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"

namespace parley {
namespace {

/// One number token, read by the grammar of RFC 8259 §6.
class NumberReader {
 public:
  NumberReader(const std::string& json, std::size_t position) : json_(json), position_(position) {}

  /// Moves past the number. Returns false if the number breaks the grammar.
  bool read() {
    skip('-');
    if (!skip('0') && !skip_digits()) {
      return false;
    }
    if (skip('.') && !skip_digits()) {
      return false;
    }
    if (skip('e') || skip('E')) {
      if (!skip('+')) {
        skip('-');
      }
      return skip_digits();
    }
    return position_ == json_.size() || !is_digit(json_[position_]);  // `01` would be two numbers, so it is malformed
  }

  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  bool skip(char character) {
    const bool found = position_ < json_.size() && json_[position_] == character;
    position_ += found ? 1 : 0;
    return found;
  }

  bool skip_digits() {
    const std::size_t start = position_;
    while (position_ < json_.size() && is_digit(json_[position_])) {
      ++position_;
    }
    return position_ > start;
  }

  const std::string& json_;
  std::size_t position_;
};

/// The position after the string that opens at `position`.
std::size_t behind_string(const std::string& json, std::size_t position) {
  for (++position; position < json.size() && json[position] != '"'; ++position) {
    position += json[position] == '\\' ? 1 : 0;
  }
  return position + 1;
}

/// The shortest text of the nearest `double`. If from_chars reports that a number is out of range, the number is too small if its exponent
/// is negative, else too large.
std::string rounded(std::string_view number) {
  double value = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc::result_out_of_range &&
      number.find("e-") == std::string_view::npos && number.find("E-") == std::string_view::npos) {
    value = number.front() == '-' ? std::numeric_limits<double>::lowest() : std::numeric_limits<double>::max();
  }
  constexpr double integers_end = 1e18;  // readers may refuse an integer of more digits
  std::array<char, 32> digits{};
  char* const end = digits.data() + digits.size();
  const bool is_short = std::abs(value) < integers_end;
  const auto written =
      is_short ? std::to_chars(digits.data(), end, value) : std::to_chars(digits.data(), end, value, std::chars_format::scientific);
  return {digits.data(), written.ptr};
}

}  // namespace

bool round_numbers(std::string& json) {
  std::string result;
  for (std::size_t position = 0; position < json.size();) {
    std::size_t end = position + 1;
    if (json[position] == '-' || is_digit(json[position])) {
      NumberReader number(json, position);
      if (!number.read()) return false;
      end = number.position();
      result += rounded(std::string_view(json).substr(position, end - position));
    } else {
      if (json[position] == '"') end = std::min(behind_string(json, position), json.size());
      result.append(json, position, end - position);
    }
    position = end;
  }
  json = std::move(result);
  return true;
}

bool relax_numbers(std::string& json) {
  for (std::size_t position = 0; position < json.size();) {
    if (json[position] == '"') {
      position = behind_string(json, position);
    } else if (json[position] == '-' || is_digit(json[position])) {
      NumberReader number(json, position);
      if (!number.read()) {
        return false;
      }
      std::fill(json.begin() + static_cast<std::ptrdiff_t>(position), json.begin() + static_cast<std::ptrdiff_t>(number.position()), ' ');
      json[position] = '0';
      position = number.position();
    } else {
      ++position;
    }
  }
  return true;
}

}  // namespace parley
