// Walks the text outside its strings; only numbers are looked at, the parser judges the rest.
#include "base/number_relaxation.hpp"

#include <algorithm>
#include <cstddef>

namespace parley {
namespace {

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// One number token, read by the grammar of RFC 8259 §6.
class NumberReader {
 public:
  NumberReader(const std::string& json, std::size_t position) : json_(json), position_(position) {}

  /// Moves behind the number; false when it breaks the grammar.
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
    return position_ == json_.size() || !is_digit(json_[position_]);  // `01` is two numbers, so none
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

/// The position behind the string that opens at `position`.
std::size_t behind_string(const std::string& json, std::size_t position) {
  for (++position; position < json.size() && json[position] != '"'; ++position) {
    position += json[position] == '\\' ? 1 : 0;
  }
  return position + 1;
}

}  // namespace

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
