#include "load/resume_workload.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "load/chat_rest.hpp"
#include "load/crowd.hpp"
#include "load/load_failure.hpp"
#include "load/store_workload.hpp"
#include "load/wire/socketio_wire.hpp"

namespace parley::bench {

namespace {

/// The entries that the clients of a session missed: those after `after`.
struct Missed {
  std::string after;
  std::vector<Sighting> texts;
};

/// Joins with the position that the client saw last, and keeps the answer.
class ResumeWire final : public SocketioWire {
 public:
  ResumeWire(Shared& shared, const Seat& seat, std::string_view after, std::string& answer, Listener& listener)
      : SocketioWire(shared, seat, listener),
        event_(R"(["join-session",{"sessionId":")" + seat.room + R"(","after":")" + std::string(after) + "\"}]"),
        answer_(answer) {}

 private:
  [[nodiscard]] std::string join_event() const override { return event_; }
  void on_join_answer(std::string_view json) override { answer_ = json; }

  std::string event_;
  std::string& answer_;
};

class ResumeWires final : public WireFactory {
 public:
  /// Members of a session follow one another. `answers`: by member.
  ResumeWires(const ResumePlan& plan, const std::vector<Missed>& missed, std::vector<std::string>& answers, Random& random)
      : shared_{.host = plan.endpoint.to_string(), .random = random}, members_(plan.members), missed_(missed), answers_(answers) {}

  [[nodiscard]] std::unique_ptr<ChatWire> make(Seat seat, ChatWire::Listener& listener) override {
    const std::size_t member = made_++;
    return std::make_unique<ResumeWire>(shared_, seat, missed_[member / members_].after, answers_[member], listener);
  }

 private:
  SocketioWire::Shared shared_;
  std::size_t members_;
  const std::vector<Missed>& missed_;
  std::vector<std::string>& answers_;
  std::size_t made_ = 0;
};

std::vector<Missed> newest_of(const ResumePlan& plan, const StoreResult& stored) {
  RestClient rest(plan.endpoint);
  std::vector<Missed> missed;
  for (const LoadSession& session : stored.sessions) {
    const std::string target =
        "/api/chat/session/" + session.id + "/entries?before=" + std::to_string(limits::seq_max) + "&limit=" + std::to_string(plan.missed);
    const auto answer = rest.request({"GET", target, session.doctor.token, {}});
    if (answer.status != 200) throw LoadFailure("GET " + target + " answered " + std::to_string(answer.status) + ": " + answer.body);
    LoadEntries entries = parse_entries_page(answer.body, stored.rule);
    missed.push_back({std::move(entries.from), std::move(entries.texts)});
  }
  return missed;
}

bool is_right(std::string_view join_answer, const Missed& missed, const TextRule& rule) {
  const LoadEntries got = parse_resume(join_answer, rule);
  return got.from == missed.after && !got.reset && !got.more && std::ranges::equal(got.texts, missed.texts, are_same_and_true);
}

}  // namespace

ResumeResult run_resume(const ResumePlan& plan, Clock& clock) {
  StorePlan store{.requests = {}, .identity = plan.identity, .sessions = plan.sessions, .text_bytes = plan.text_bytes};
  store.requests.endpoint = plan.endpoint;
  store.requests.pace.seed = plan.seed;
  const StoreResult stored = fill_sessions(std::move(store), plan.messages, clock);
  const std::vector<Missed> missed = newest_of(plan, stored);
  plan.restart();

  Random random = fresh_random(plan.seed, clock);
  std::vector<std::string> answers(plan.sessions * plan.members);
  ResumeWires wires(plan, missed, answers, random);
  Poller poller;
  Silence silence;
  Crowd crowd({plan.endpoint, plan.members, plan.opening_at_once}, stored.sessions, {poller, clock, wires, silence});
  ResumeResult result;
  result.elapsed = crowd.open_all();
  result.clients = crowd.size();
  result.opening_times = crowd.opening_times();
  result.fill = stored.verdict;
  for (std::size_t member = 0; member < answers.size(); ++member)
    if (!is_right(answers[member], missed[member / plan.members], stored.rule)) ++result.answers_wrong;
  return result;
}

}  // namespace parley::bench
