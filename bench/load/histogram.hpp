// A log-linear histogram of durations with 128 equal buckets in each power of two. So a reported value exceeds the true value by less than
// 1/128 (0.79 %). Recording takes a few instructions and never allocates. Histograms of several connections, phases or repeats merge
// without loss. The reader must judge whether a percentile of few values means anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace parley::bench {

class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;

  static constexpr unsigned bucket_bits = 7;
  /// A reported value is in [true value, true value × (1 + relative_error_max)).
  static constexpr double relative_error_max = 1.0 / (1u << bucket_bits);

  Histogram();

  /// A negative duration counts as zero.
  void record(Duration value);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Exact; zero if empty.
  [[nodiscard]] Duration min() const;
  [[nodiscard]] Duration max() const { return Duration(max_); }
  [[nodiscard]] Duration mean() const;
  /// The smallest reported value that at least `percent` of the recorded values do not exceed; at most max(). Zero if empty.
  [[nodiscard]] Duration percentile(double percent) const;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value);
  /// The largest value of a bucket.
  [[nodiscard]] static std::uint64_t upper_edge_of(std::size_t bucket);

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace parley::bench
