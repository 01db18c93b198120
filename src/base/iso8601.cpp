// Times as text: the format `<iso>` of the contract and the formats accepted in `before` (docs/api-contract.md §4.2).
#include <algorithm>

#include "base/clock.hpp"

namespace parley {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t iso8601_bytes = 24;
constexpr Timestamp first_writable = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Timestamp last_writable = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - milliseconds{1};

/// Writes `value` with `width` digits, then `separator`. Returns the place after them.
char* put_digits(char* place, unsigned value, int width, char separator) {
  for (int index = width; index-- > 0; value /= 10) place[index] = static_cast<char>('0' + value % 10);
  place[width] = separator;
  return place + width + 1;
}

/// Takes pieces from the front of a text. After the first piece that does not match, every later piece fails too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool next_is(char character) const { return rest_.starts_with(character); }

  void skip(char character) {
    if (next_is(character)) {
      rest_.remove_prefix(1);
    } else {
      failed_ = true;
    }
  }

  int digits(int count) {
    int value = 0;
    for (; count > 0; --count) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// One or more digits after the decimal point. Digits finer than a millisecond are cut off, as in ECMAScript.
  milliseconds fraction() {
    int value = digits(1) * 100;
    for (int weight = 10; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; weight /= 10) {
      value += digits(1) * weight;
    }
    return milliseconds{value};
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

milliseconds scan_time_of_day(Scanner& scanner, bool& exists) {
  const int hour = scanner.digits(2);
  scanner.skip(':');
  const int minute = scanner.digits(2);
  int second = 0;
  milliseconds fraction{0};
  if (scanner.next_is(':')) {
    scanner.skip(':');
    second = scanner.digits(2);
    if (scanner.next_is('.')) {
      scanner.skip('.');
      fraction = scanner.fraction();
    }
  }
  exists = hour < 24 && minute < 60 && second < 60;
  return hours{hour} + minutes{minute} + seconds{second} + fraction;
}

/// The offset to subtract from the local time to get UTC.
minutes scan_zone(Scanner& scanner, bool& exists) {
  exists = true;
  if (scanner.at_end()) return minutes{0};
  if (scanner.next_is('Z')) {
    scanner.skip('Z');
    return minutes{0};
  }
  const int sign = scanner.next_is('-') ? -1 : 1;
  scanner.skip(sign < 0 ? '-' : '+');
  const int hour = scanner.digits(2);
  scanner.skip(':');
  const int minute = scanner.digits(2);
  exists = hour < 24 && minute < 60;
  return sign * (hours{hour} + minutes{minute});
}

}  // namespace

void append_iso8601(std::string& out, Timestamp time) {
  // The format has four digits for the year. A wrong clock must not break the format, so times outside are clamped.
  time = std::clamp(time, first_writable, last_writable);
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const auto of_day = static_cast<unsigned>((time - day).count());
  char text[iso8601_bytes];
  char* place = put_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4, '-');
  place = put_digits(place, static_cast<unsigned>(date.month()), 2, '-');
  place = put_digits(place, static_cast<unsigned>(date.day()), 2, 'T');
  place = put_digits(place, of_day / 3'600'000, 2, ':');
  place = put_digits(place, of_day / 60'000 % 60, 2, ':');
  place = put_digits(place, of_day / 1'000 % 60, 2, '.');
  put_digits(place, of_day % 1'000, 3, 'Z');
  out.append(text, sizeof text);
}

std::string to_iso8601(Timestamp time) {
  std::string text;
  text.reserve(iso8601_bytes);
  append_iso8601(text, time);
  return text;
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  Scanner scanner(text);
  const std::chrono::year year{scanner.digits(4)};
  scanner.skip('-');
  const std::chrono::month month{static_cast<unsigned>(scanner.digits(2))};
  scanner.skip('-');
  const std::chrono::day day{static_cast<unsigned>(scanner.digits(2))};
  const std::chrono::year_month_day date{year, month, day};
  if (scanner.failed() || !date.ok()) return std::nullopt;

  const Timestamp midnight = std::chrono::sys_days{date};
  if (scanner.at_end()) return midnight;
  scanner.skip('T');
  bool time_exists = false;
  bool zone_exists = false;
  const milliseconds of_day = scan_time_of_day(scanner, time_exists);
  const minutes offset = scan_zone(scanner, zone_exists);
  if (scanner.failed() || !scanner.at_end() || !time_exists || !zone_exists) return std::nullopt;
  return midnight + of_day - offset;
}

}  // namespace parley
