#include "observability/metrics_text.hpp"

namespace parley::observability {

MetricsText& MetricsText::counter(std::string_view name, std::string_view help, std::uint64_t value) {
  head(name, help, "counter");
  line(name, "", value);
  return *this;
}

MetricsText& MetricsText::gauge(std::string_view name, std::string_view help, std::uint64_t value) {
  head(name, help, "gauge");
  line(name, "", value);
  return *this;
}

MetricsText& MetricsText::histogram(std::string_view name, std::string_view help, const Histogram& values) {
  head(name, help, "histogram");
  std::uint64_t below = 0;
  for (const auto& bucket : values.buckets) {
    below += bucket.count;
    line(name, "_bucket{le=\"" + std::to_string(bucket.up_to) + "\"}", below);
  }
  line(name, "_bucket{le=\"+Inf\"}", values.count);
  line(name, "_sum", values.sum);
  line(name, "_count", values.count);
  return *this;
}

void MetricsText::head(std::string_view name, std::string_view help, std::string_view type) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::line(std::string_view name, std::string_view suffix, std::uint64_t value) {
  text_.append(name).append(suffix).append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace parley::observability
