// A log-linear histogram of durations: 128 equal buckets in each power of two, so every value that it tells is above the true
// one by less than 1/128 (0.79 %) of it. Recording is a few instructions and never allocates; histograms of several connections,
// phases or repeats merge without loss. It leaves out what a percentile of few values means: that is the reader's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace parley::bench {

class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;

  static constexpr unsigned bucket_bits = 7;
  /// A told value is in [true value, true value × (1 + relative_error_max)).
  static constexpr double relative_error_max = 1.0 / (1u << bucket_bits);

  Histogram();

  /// A negative duration counts as zero.
  void record(Duration value);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Exact; zero when empty.
  [[nodiscard]] Duration min() const;
  [[nodiscard]] Duration max() const { return Duration(max_); }
  [[nodiscard]] Duration mean() const;
  /// The smallest told value that at least `percent` of the recorded ones do not exceed; never more than max(). Zero when empty.
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
