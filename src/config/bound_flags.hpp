// Flags that set variables of a command: the table, the check of each value, and the defaults in the help.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "config/flags.hpp"

namespace parley::config {

template <typename Number>
struct Range {
  Number least;
  Number most;
};

/// Each variable holds its default when it is bound, which the help shows, and must outlive this object.
class BoundFlags {
 public:
  void text(Flag flag, std::string& variable);
  /// `Number` is std::uint32_t, std::uint64_t or double.
  template <typename Number>
  void number(Flag flag, Number& variable, Range<std::type_identity_t<Number>> range);
  /// Any whole number that is not negative.
  void number(Flag flag, std::uint64_t& variable);
  void number(Flag flag, std::optional<std::uint64_t>& variable);
  /// The placeholder of the flag lists the choices, as in `on|off`.
  void choice(Flag flag, std::string& variable);
  /// A switch. Its flag has no placeholder.
  void toggle(Flag flag, bool& variable);

  [[nodiscard]] std::span<const Flag> flags() const { return flags_; }
  /// Sets the variables of the given flags. Errors: invalid_argument, as for parse_flags; or a value is outside the range or the choices.
  [[nodiscard]] Result<void> read(std::span<const std::string_view> arguments, std::string_view help);

 private:
  /// Sets the variable. Returns the fault of the value, as in `must be …`; empty: there is none.
  using Setter = std::function<std::string(const std::string& value)>;
  /// The help shows `note`, the default value and the range, in parentheses.
  void add(Flag flag, const std::string& note, Setter setter);

  std::vector<Flag> flags_;
  std::vector<Setter> setters_;  // by index in flags_
};

}  // namespace parley::config
