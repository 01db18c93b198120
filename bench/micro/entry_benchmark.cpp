// The cost of one message between the rules and the store: chain, encode, record, and decode.
#include <benchmark/benchmark.h>

#include "base/entropy.hpp"
#include "domain/chain.hpp"
#include "domain/validation.hpp"

namespace {

using namespace parley;
using namespace parley::domain;

const SessionId session = *SessionId::parse("0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58");
const UserId sender = *UserId::parse("65a000000000000000000001");
const std::string text(120, 'x');
const std::string client_message_id = "0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58";
constexpr SessionNumber number{7};
constexpr Timestamp now{std::chrono::milliseconds{1'767'225'600'000}};

Draft text_draft() {
  Draft draft;
  draft.time = now;
  draft.sender = sender;
  draft.sender_role = Role{"doctor"};
  draft.text = text;
  draft.client_message_id = client_message_id;
  return draft;
}

Chained one_entry(Head& head) {
  SystemEntropy entropy;
  return chain(head, number, text_draft(), entropy);
}

void chain_a_text(benchmark::State& state) {
  Head head = genesis(session);
  SystemEntropy entropy;
  for (auto _ : state) {
    benchmark::DoNotOptimize(chain(head, number, text_draft(), entropy));
    head.seq &= 0xffff;
  }
}
BENCHMARK(chain_a_text);

void key_of_a_text(benchmark::State& state) {
  Secret32 secret{};
  for (auto _ : state) benchmark::DoNotOptimize(idempotency_key(secret, sender, client_message_id));
}
BENCHMARK(key_of_a_text);

void accept_a_text(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(accept_message({TextField::State::text, text}));
}
BENCHMARK(accept_a_text);

void write_a_record(benchmark::State& state) {
  Head head = genesis(session);
  const Chained chained = one_entry(head);
  for (auto _ : state) benchmark::DoNotOptimize(encode_record(chained.encoded));
  state.counters["record_bytes"] = static_cast<double>(encode_record(chained.encoded).size());
}
BENCHMARK(write_a_record);

void read_a_record(benchmark::State& state) {
  Head head = genesis(session);
  const Bytes record = encode_record(one_entry(head).encoded);
  for (auto _ : state) benchmark::DoNotOptimize(decode_record(1, record));
}
BENCHMARK(read_a_record);

void decode_an_entry(benchmark::State& state) {
  Head head = genesis(session);
  const Chained chained = one_entry(head);
  for (auto _ : state) benchmark::DoNotOptimize(decode_entry(chained.encoded));
}
BENCHMARK(decode_an_entry);

void verify_a_link(benchmark::State& state) {
  const Head before = genesis(session);
  Head head = before;
  const Chained chained = one_entry(head);
  for (auto _ : state) benchmark::DoNotOptimize(verify_link(before, chained.encoded));
}
BENCHMARK(verify_a_link);

}  // namespace
