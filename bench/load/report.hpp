// The report of a benchmark: one JSON document with everything needed to repeat and question the figures (machine, commit, seed, plan,
// every run), and one line for people. Figures are flat and have their unit in the name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "load/histogram.hpp"
#include "load/pace.hpp"
#include "load/process_probe.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct Figure {
  std::string name;
  double value = 0;
};

/// One run of the workload.
struct RunReport {
  std::vector<Figure> figures;
  Verdict verdict;
  bool clean = true;
  std::string complaint;  // the reason if it is not clean

  void add(std::string name, double value) { figures.push_back({std::move(name), value}); }
  /// Adds `<name>_p50_ms` and the other percentiles.
  void add_latency(const std::string& name, const Histogram& histogram);
  /// Adds rate, refusals and processor time. `unit`: `messages`, `requests`.
  void add_load(const std::string& unit, const LoadFigures& figures);
  void complain(const std::string& what);
};

struct Report {
  std::string workload;      // `relay`
  std::string summary;       // of the plan, for people: `250 sessions × 2, 1 in flight`
  std::vector<Figure> plan;  // for machines
  std::uint64_t seed = 0;
  std::string commit;
  bool read_back = true;  // off: the messages that the first member of each session received stand for the stored ones
  Machine machine;
  std::vector<RunReport> runs;
  std::vector<std::string> headline;  // names of the figures in the line for people

  [[nodiscard]] bool clean() const;
  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] std::string to_line() const;
};

struct Spread {
  double least = 0;
  double median = 0;
  double most = 0;
};
/// Over the runs that have this figure.
[[nodiscard]] Spread spread_of(const std::vector<RunReport>& runs, std::string_view name);

}  // namespace parley::bench
