// The cost of writing one event: the ChatEvent of docs/api-contract.md §3, which every delivery contains.
#include <benchmark/benchmark.h>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/json_writer.hpp"
#include "base/utf8.hpp"

namespace {

using namespace parley;

const ObjectId id = *ObjectId::parse("65a000000000000000000001");
const SessionId session = *SessionId::parse("0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58");
constexpr Timestamp now{std::chrono::milliseconds{1'767'225'600'000}};

void write_an_event(benchmark::State& state) {
  const std::string text(120, 'x');
  std::string out;
  for (auto _ : state) {
    out.clear();
    JsonWriter json(out);
    json.begin_object().member("id", id.to_string()).member("sessionId", session.to_string()).member("senderId", id.to_string());
    json.member("senderRole", "doctor").member("message", text).member("timestamp", to_iso8601(now)).member("messageType", "text");
    json.key("seq").integer(42).member("position", "42.9f86d081884c7d65").end_object();
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(write_an_event);

void write_a_text(benchmark::State& state) {
  std::string text(1'000, 'x');
  for (std::size_t offset = 50; offset < text.size(); offset += 100) text[offset] = '"';
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_json_string(out, text);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_a_text);

void count_utf16_units(benchmark::State& state) {
  const std::string text(1'000, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(utf16_length(text));
}
BENCHMARK(count_utf16_units);

void look_for_lone_surrogates(benchmark::State& state) {
  std::string json =
      R"(["chat-message",{"sessionId":"0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58","message":")" + std::string(120, 'x') + R"("}])";
  for (auto _ : state) {
    repair_lone_surrogate_escapes(json);
    benchmark::DoNotOptimize(json.data());
  }
}
BENCHMARK(look_for_lone_surrogates);

}  // namespace
