// Measures the embedded store alone: one producer keeps a number of appends in flight over many sessions.
//
//   micro_embedded_store commit DIR [MESSAGES] [IN_FLIGHT]   entries made beforehand; prints messages/s and CPU per message
//   micro_embedded_store fill DIR [MESSAGES]                 fills a store, then kills itself with SIGKILL
//   micro_embedded_store open DIR                            prints how long opening takes, and a read of the last entry
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/log_sink.hpp"
#include "store/embedded/embedded_store.hpp"
#include "support/log_script.hpp"
#include "support/manual_loop.hpp"

namespace {

using namespace parley;
using parley::store::embedded::EmbeddedStore;

constexpr std::size_t sessions_count = 250;

struct PrintingSink final : LogSink {
  void write(LogLevel, std::string_view, std::string_view message, std::initializer_list<LogField> fields) override {
    std::fprintf(stderr, "%.*s", static_cast<int>(message.size()), message.data());
    for (const auto& [name, value] : fields)
      std::fprintf(stderr, " %.*s=%.*s", static_cast<int>(name.size()), name.data(), static_cast<int>(value.size()), value.data());
    std::fprintf(stderr, "\n");
  }
};

PrintingSink logs;
SystemClock system_clock;

double seconds(SteadyTime begin) {
  return std::chrono::duration<double>(system_clock.steady_now() - begin).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// CPU seconds of each thread of this process, by name.
std::map<std::string, double> cpu_by_thread() {
  std::map<std::string, double> seconds_of;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream comm(task.path() / "comm");
    std::ifstream schedule(task.path() / "schedstat");  // first number: nanoseconds on a processor
    std::string name;
    double nanoseconds = 0;
    std::getline(comm, name);
    schedule >> nanoseconds;
    seconds_of[name] += nanoseconds / 1e9;
  }
  return seconds_of;
}

/// Bytes that this process has passed to write calls.
double bytes_written() {
  std::ifstream io("/proc/self/io");
  for (std::string name, value; io >> name >> value;)
    if (name == "wchar:") return std::stod(value);
  return 0;
}

std::unique_ptr<EmbeddedStore> open_store(const std::string& directory) {
  auto opened = EmbeddedStore::open({.directory = directory}, {.clock = system_clock, .logs = logs});
  if (opened) return *std::move(opened);
  std::fprintf(stderr, "%s\n", opened.error().message.c_str());
  std::exit(1);
}

struct Producer final : store::CommitListener {
  void on_appended(std::span<store::AppendOutcome> outcomes) override {
    for (const store::AppendOutcome& outcome : outcomes) {
      if (outcome.status == store::AppendStatus::committed) continue;
      std::fprintf(stderr, "not committed: %s %s\n", outcome.error ? outcome.error->message.c_str() : "conflict",
                   outcome.error ? outcome.error->detail.c_str() : "");
      std::exit(1);
    }
    done += outcomes.size();
  }
  std::size_t done = 0;
};

std::string text_of(std::size_t index) {
  return "A message of an ordinary length, number " + std::to_string(index) + ", said in a call.";
}

std::vector<test::LogScript> make_sessions(EmbeddedStore& store, test::ManualLoop& loop, Producer& producer, std::uint64_t base) {
  std::vector<test::LogScript> scripts;
  for (std::uint64_t index = 0; index < sessions_count; ++index) {
    // Spread over the key space like random numbers.
    scripts.emplace_back(((base + index) * 0x9e3779b97f4a7c15ull >> 24) | 1);
    store.append(loop, scripts.back().create());
  }
  loop.run_until([&] { return producer.done == sessions_count; });
  producer.done = 0;
  return scripts;
}

int commit(const std::string& directory, std::size_t messages, std::size_t in_flight) {
  const auto store = open_store(directory);
  test::ManualLoop loop;
  Producer producer;
  store->attach(loop, producer);
  auto scripts = make_sessions(*store, loop, producer, 1);
  std::vector<store::Append> appends;
  appends.reserve(messages);
  for (std::size_t index = 0; index < messages; ++index)
    appends.push_back(scripts[index % sessions_count].text(text_of(index), "client-" + std::to_string(index)));
  const auto before = store->health();
  const double bytes_begin = bytes_written();
  const auto threads_begin = cpu_by_thread();
  const double cpu_begin = cpu_seconds();
  const SteadyTime begin = system_clock.steady_now();
  std::size_t sent = 0;
  while (producer.done < messages) {
    for (; sent < messages && sent - producer.done < in_flight; ++sent) store->append(loop, std::move(appends[sent]));
    const std::size_t done = producer.done;
    loop.run_until([&] { return producer.done > done; });
  }
  const double wall = seconds(begin);
  const double cpu = cpu_seconds() - cpu_begin;
  const auto threads_end = cpu_by_thread();
  const auto health = store->health();
  const auto commits = health.commits - before.commits;
  std::printf(
      "%zu messages, %zu in flight: %.0f msg/s, %.2f CPU us per message, %.0f entries per sync, sync %.0f us on average, %.0f bytes an "
      "entry\n",
      messages, in_flight, static_cast<double>(messages) / wall, cpu * 1e6 / static_cast<double>(messages),
      static_cast<double>(messages) / static_cast<double>(commits),
      static_cast<double>(health.sync_microseconds - before.sync_microseconds) / static_cast<double>(commits),
      static_cast<double>(health.bytes_committed - before.bytes_committed) / static_cast<double>(messages));
  std::printf("  %.2f bytes written per byte of encoded entry\n",
              (bytes_written() - bytes_begin) / static_cast<double>(health.bytes_committed - before.bytes_committed));
  for (const auto& [name, end] : threads_end) {
    const auto found = threads_begin.find(name);
    const double used = end - (found == threads_begin.end() ? 0 : found->second);
    std::printf("  %-16s %.2f CPU us per message\n", name.c_str(), used * 1e6 / static_cast<double>(messages));
  }
  return 0;
}

int fill(const std::string& directory, std::size_t messages) {
  const auto store = open_store(directory);
  test::ManualLoop loop;
  Producer producer;
  store->attach(loop, producer);
  const SteadyTime begin = system_clock.steady_now();
  for (std::size_t sent = 0, round = 0; sent < messages; ++round) {
    auto scripts = make_sessions(*store, loop, producer, 1 + round * sessions_count);
    for (std::size_t index = 0; index < sessions_count * 400 && sent < messages; ++index, ++sent) {
      store->append(loop, scripts[index % sessions_count].text(text_of(index), "client-" + std::to_string(index)));
      if (index % 1024 == 0) loop.run_until([&] { return index - producer.done < 4096; });
    }
    const std::size_t expected = std::min(sessions_count * 400, messages - (sent - std::min(sent, sessions_count * 400)));
    loop.run_until([&] { return producer.done >= expected || store->health().queued_entries == 0; });
    loop.run_pending();
    producer.done = 0;
  }
  std::printf("%zu messages in %.1f s; now kill -9\n", messages, seconds(begin));
  std::fflush(stdout);
  std::raise(SIGKILL);
  return 1;
}

int open_only(const std::string& directory) {
  const double cpu_begin = cpu_seconds();
  const SteadyTime begin = system_clock.steady_now();
  const auto store = open_store(directory);
  std::printf("opened in %.0f ms (%.0f ms CPU)\n", seconds(begin) * 1e3, (cpu_seconds() - cpu_begin) * 1e3);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const auto number = [&](std::size_t index, std::size_t otherwise) {
    return words.size() > index ? static_cast<std::size_t>(std::stoull(words[index])) : otherwise;
  };
  if (words.size() >= 2 && words[0] == "commit") return commit(words[1], number(2, 500'000), number(3, 512));
  if (words.size() >= 2 && words[0] == "fill") return fill(words[1], number(2, 1'000'000));
  if (words.size() >= 2 && words[0] == "open") return open_only(words[1]);
  std::fprintf(stderr, "usage: micro_embedded_store commit|fill|open DIR [MESSAGES] [IN_FLIGHT]\n");
  return 2;
}
