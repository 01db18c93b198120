#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace parley::bench {

namespace {

constexpr std::uint64_t buckets_per_octave = 1ull << Histogram::bucket_bits;
// Each value below 128 has its own bucket. Every higher power of two up to 2^63 has 128 buckets.
constexpr std::size_t bucket_count = (64 - Histogram::bucket_bits + 1) * buckets_per_octave;

}  // namespace

Histogram::Histogram() : buckets_(bucket_count) {}

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < buckets_per_octave) return value;
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - bucket_bits;
  return shift * buckets_per_octave + (value >> shift);
}

std::uint64_t Histogram::upper_edge_of(std::size_t bucket) {
  if (bucket < buckets_per_octave) return bucket;
  const std::size_t shift = bucket / buckets_per_octave - 1;
  const std::uint64_t leading = buckets_per_octave + bucket % buckets_per_octave;
  return (leading << shift) + ((1ull << shift) - 1);
}

void Histogram::record(Duration value) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<Duration::rep>(value.count(), 0));
  ++buckets_[bucket_of(nanoseconds)];
  ++count_;
  sum_ += nanoseconds;
  min_ = std::min(min_, nanoseconds);
  max_ = std::max(max_, nanoseconds);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) buckets_[bucket] += other.buckets_[bucket];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

Histogram::Duration Histogram::min() const {
  return Duration(count_ == 0 ? 0 : min_);
}

Histogram::Duration Histogram::mean() const {
  return Duration(count_ == 0 ? 0 : sum_ / count_);
}

Histogram::Duration Histogram::percentile(double percent) const {
  if (count_ == 0) return Duration::zero();
  const double share = std::clamp(percent, 0.0, 100.0) / 100.0;
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) return Duration(std::min(upper_edge_of(bucket), max_));
  }
  return max();
}

}  // namespace parley::bench
