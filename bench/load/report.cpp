#include "load/report.hpp"

#include <algorithm>
#include <cstdio>

#include "base/json_writer.hpp"

namespace parley::bench {

namespace {

double milliseconds(std::chrono::nanoseconds value) {
  return static_cast<double>(value.count()) / 1e6;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  return text;
}

void write_figures(JsonWriter& json, const std::vector<Figure>& figures) {
  json.begin_object();
  for (const Figure& figure : figures) json.key(figure.name).number(figure.value);
  json.end_object();
}

void write_verdict(JsonWriter& json, const Verdict& verdict) {
  const std::pair<const char*, std::uint64_t> counts[] = {
      {"stored", verdict.stored},       {"acknowledged", verdict.acknowledged}, {"heard", verdict.heard},
      {"lost", verdict.lost},           {"unheard", verdict.unheard},           {"doubled", verdict.doubled},
      {"reordered", verdict.reordered}, {"foreign", verdict.foreign},           {"altered", verdict.altered}};
  json.begin_object();
  for (const auto& [name, count] : counts) json.key(name).integer(static_cast<std::int64_t>(count));
  json.end_object();
}

void write_run(JsonWriter& json, const RunReport& run) {
  json.begin_object().key("figures");
  write_figures(json, run.figures);
  json.key("verdict");
  write_verdict(json, run.verdict);
  json.key("clean").boolean(run.clean).member("complaint", run.complaint).end_object();
}

void write_spread(JsonWriter& json, const std::vector<RunReport>& runs) {
  json.begin_object();
  if (!runs.empty()) {
    for (const Figure& figure : runs.front().figures) {
      const Spread spread = spread_of(runs, figure.name);
      json.key(figure.name).begin_object().key("least").number(spread.least).key("median").number(spread.median);
      json.key("most").number(spread.most).end_object();
    }
  }
  json.end_object();
}

}  // namespace

void RunReport::add_latency(const std::string& name, const Histogram& histogram) {
  add(name + "_count", static_cast<double>(histogram.count()));
  add(name + "_p50_ms", milliseconds(histogram.percentile(50)));
  add(name + "_p90_ms", milliseconds(histogram.percentile(90)));
  add(name + "_p99_ms", milliseconds(histogram.percentile(99)));
  add(name + "_p999_ms", milliseconds(histogram.percentile(99.9)));
  add(name + "_max_ms", milliseconds(histogram.max()));
  add(name + "_mean_ms", milliseconds(histogram.mean()));
}

void RunReport::add_load(const std::string& unit, const LoadFigures& load) {
  const double measured_us = static_cast<double>(load.measured.count()) / 1e3;
  const double server_us = static_cast<double>(load.server_processor_time.count()) / 1e3;
  add(unit + "_per_second", load.per_second());
  add(unit + "_completed", static_cast<double>(load.completed));
  add(unit + "_refused", static_cast<double>(load.refused));
  add("measured_seconds", measured_us / 1e6);
  add("client_processor_share", measured_us > 0 ? static_cast<double>(load.client_processor_time.count()) / measured_us : 0);
  if (server_us > 0 && load.completed > 0) {
    add("server_processor_share", server_us / measured_us);
    add("server_processor_us_each", server_us / static_cast<double>(load.completed));
  }
  if (load.refused > 0) complain(std::to_string(load.refused) + " refused, the first: " + load.first_refusal);
}

void RunReport::complain(const std::string& what) {
  clean = false;
  if (!complaint.empty()) complaint += "; ";
  complaint += what;
}

bool Report::clean() const {
  return !runs.empty() && std::ranges::all_of(runs, &RunReport::clean);
}

Spread spread_of(const std::vector<RunReport>& runs, std::string_view name) {
  std::vector<double> values;
  for (const RunReport& run : runs) {
    for (const Figure& figure : run.figures) {
      if (figure.name == name) values.push_back(figure.value);
    }
  }
  if (values.empty()) return {};
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {values.front(), median, values.back()};
}

std::string Report::to_json() const {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("workload", workload).member("commit", commit).key("seed").integer(static_cast<std::int64_t>(seed));
  json.key("machine").begin_object().member("processor", machine.processor).key("cores").integer(machine.cores);
  json.member("kernel", machine.kernel).end_object();
  json.key("histogram_relative_error_max").number(Histogram::relative_error_max);
  json.key("plan");
  write_figures(json, plan);
  if (!read_back) json.key("read_back").boolean(false);
  json.key("clean").boolean(clean()).key("spread");
  write_spread(json, runs);
  json.key("runs").begin_array();
  for (const RunReport& run : runs) write_run(json, run);
  json.end_array().end_object();
  return text;
}

std::string Report::to_line() const {
  std::string line = workload + ": " + summary;
  for (const std::string& name : headline) {
    const Spread spread = spread_of(runs, name);
    line += ", " + name + ' ' + short_number(spread.median);
    if (runs.size() > 1) line += " (" + short_number(spread.least) + " to " + short_number(spread.most) + ")";
  }
  Verdict total;
  for (const RunReport& run : runs) total.add(run.verdict);
  if (total.stored > 0)
    line += "; " + std::to_string(total.stored) + (read_back ? " stored: " : " delivered, not read back: ") + total.to_string();
  for (const RunReport& run : runs) {
    if (!run.clean) line += "; NOT CLEAN: " + run.complaint;
  }
  return line + "; seed " + std::to_string(seed) + ", commit " + commit;
}

}  // namespace parley::bench
