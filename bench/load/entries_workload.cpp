#include "load/entries_workload.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "load/chat_rest.hpp"
#include "load/crowd.hpp"
#include "load/load_failure.hpp"
#include "load/measured_part.hpp"
#include "load/store_workload.hpp"
#include "load/wire/socketio_wire.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::milliseconds turn_max{50};

/// Sends the question for the newest entries of the session in place of a message.
class EntriesWire final : public SocketioWire {
 public:
  EntriesWire(Shared& shared, const Seat& seat, std::uint32_t limit, Listener& listener)
      : SocketioWire(shared, seat, listener),
        question_(R"(["entries",{"sessionId":")" + seat.room + R"(","before":)" + std::to_string(limits::seq_max) + R"(,"limit":)" +
                  std::to_string(limit) + "}]") {}
  void send(const Message& message, std::string& out) override { emit(message.number, question_, out); }

 private:
  std::string question_;
};

class EntriesWires final : public WireFactory {
 public:
  EntriesWires(const Endpoint& endpoint, std::uint32_t limit, Random& random)
      : shared_{.host = endpoint.to_string(), .random = random}, limit_(limit) {}
  [[nodiscard]] std::unique_ptr<ChatWire> make(Seat seat, ChatWire::Listener& listener) override {
    return std::make_unique<EntriesWire>(shared_, seat, limit_, listener);
  }

 private:
  SocketioWire::Shared shared_;
  std::uint32_t limit_;
};

class EntriesRun final : private Crowd::Listener {
 public:
  EntriesRun(const EntriesPlan& plan, const StoreResult& stored, Clock& clock)
      : plan_(plan),
        stored_(stored),
        clock_(clock),
        random_(fresh_random(plan.pace.seed, clock)),
        wires_(plan.endpoint, plan.limit, random_),
        crowd_({plan.endpoint, plan.members}, stored.sessions, {poller_, clock, wires_, *this}),
        part_(plan.pace, plan.server_processes),
        asked_at_(crowd_.size()),
        seen_(stored.sessions.size()) {}

  EntriesResult run() {
    crowd_.open_all();
    part_.start(clock_.steady_now());
    for (std::size_t member = 0; member < crowd_.size(); ++member) {
      ask(member, clock_.steady_now());
      crowd_.connection(member).flush();
    }
    for (SteadyTime now = clock_.steady_now(); part_.may_send(now, asked_); now = clock_.steady_now()) {
      part_.tick(now);
      poller_.wait(std::min<std::chrono::nanoseconds>(turn_max, part_.end() - now));
    }
    part_.tick(clock_.steady_now());
    for (SteadyTime last = clock_.steady_now(); answered_ < asked_ && clock_.steady_now() - last < plan_.patience;) {
      const std::uint64_t before = answered_;
      poller_.wait(turn_max);
      if (answered_ > before) last = clock_.steady_now();
    }
    if (answered_ < asked_) throw LoadFailure(std::to_string(asked_ - answered_) + " questions were never answered");
    EntriesResult result;
    result.figures = part_.finish(clock_.steady_now());
    result.answers_wrong = wrong_;
    return result;
  }

 private:
  void on_delivery(std::size_t, const ChatWire::Delivery&) override {}
  void on_ack(std::size_t member, const ChatWire::Ack& ack) override {
    ++answered_;
    const SteadyTime at = crowd_.connection(member).received_at();
    if (ack.accepted) {
      check(member / plan_.members, ack.answer);
      part_.completed(asked_at_[member], at);
    } else {
      part_.refused(ack.answer);
    }
    if (part_.may_send(at, asked_)) ask(member, at);
  }

  void ask(std::size_t member, SteadyTime now) {
    asked_at_[member] = now;
    crowd_.connection(member).send({});
    ++asked_;
  }

  void check(std::size_t session, std::string_view json) {
    if (seen_[session].empty()) {
      seen_[session] = json;
      if (!is_right(session, json)) ++wrong_;
    } else if (seen_[session] != json) {
      ++wrong_;
    }
  }

  /// The texts among the newest entries are the newest stored messages. (The log also has the creation and the first join.)
  [[nodiscard]] bool is_right(std::size_t session, std::string_view json) const {
    RestClient rest(plan_.endpoint);
    const std::vector<Sighting> all = read_back(rest, stored_.sessions[session], stored_.rule);
    const std::vector<Sighting> got = parse_entries(json, stored_.rule);
    return !got.empty() && got.size() <= all.size() &&
           std::equal(got.begin(), got.end(), all.end() - static_cast<std::ptrdiff_t>(got.size()), are_same_and_true);
  }

  const EntriesPlan& plan_;
  const StoreResult& stored_;
  Clock& clock_;
  Random random_;
  Poller poller_;
  EntriesWires wires_;
  Crowd crowd_;
  MeasuredPart part_;
  std::vector<SteadyTime> asked_at_;  // by member: its last question
  std::vector<std::string> seen_;     // by session: the first answer
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace

EntriesResult run_entries(const EntriesPlan& plan, Clock& clock) {
  StorePlan store{
      .requests = {.endpoint = plan.endpoint}, .identity = plan.identity, .sessions = plan.sessions, .text_bytes = plan.text_bytes};
  store.requests.pace.seed = plan.pace.seed;
  const StoreResult stored = fill_sessions(std::move(store), plan.messages, clock);
  EntriesResult result = EntriesRun(plan, stored, clock).run();
  result.fill = stored.verdict;
  return result;
}

}  // namespace parley::bench
