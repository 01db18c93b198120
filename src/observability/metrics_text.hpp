// Prometheus' text exposition format, version 0.0.4, written line by line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace parley::observability {

class MetricsText {
 public:
  /// `name` ends in `_total`; `help` is one line.
  MetricsText& counter(std::string_view name, std::string_view help, std::uint64_t value);
  MetricsText& gauge(std::string_view name, std::string_view help, std::uint64_t value);
  struct Bucket {
    std::uint64_t up_to;  // inclusive upper bound, in the unit of the name
    std::uint64_t count;  // only in this bucket
  };
  struct Histogram {
    std::span<const Bucket> buckets;
    std::uint64_t sum;    // of all values
    std::uint64_t count;  // of all values; those above the last bucket are `count` minus the sum of the buckets
  };
  MetricsText& histogram(std::string_view name, std::string_view help, const Histogram& values);

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void head(std::string_view name, std::string_view help, std::string_view type);
  void line(std::string_view name, std::string_view suffix, std::uint64_t value);

  std::string text_;
};

}  // namespace parley::observability
