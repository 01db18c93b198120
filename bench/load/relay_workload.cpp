#include "load/relay_workload.hpp"

#include <algorithm>

#include "load/chat_rest.hpp"
#include "load/crowd.hpp"
#include "load/measured_part.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::milliseconds turn_max{50};
constexpr std::chrono::milliseconds afterthought{200};  // after all messages arrived, waits for unexpected ones

std::vector<LoadSession> make_sessions(const RelayPlan& plan, Random& random) {
  if (plan.protocol != Protocol::socketio) return name_sessions(plan.sessions, random);
  return create_sessions(plan.endpoint, plan.identity, plan.sessions, random);
}

class RelayRun final : private Crowd::Listener {
 public:
  RelayRun(const RelayPlan& plan, Clock& clock);
  RelayResult run();

 private:
  struct Sender {
    std::vector<SteadyTime> due;
    std::vector<std::optional<ObjectId>> acknowledged;
  };

  void on_ack(std::size_t member, const ChatWire::Ack& ack) override;
  void on_delivery(std::size_t member, const ChatWire::Delivery& delivery) override;

  void send_first();
  void send_due(SteadyTime now);
  void send(std::size_t sender, SteadyTime due);
  void drain();
  [[nodiscard]] std::chrono::nanoseconds time_to_next(SteadyTime now) const;
  [[nodiscard]] bool all_told() const { return answered_ == sent_ && heard_ >= acknowledged_ * plan_.members; }
  [[nodiscard]] Verdict judge_all();
  [[nodiscard]] SessionEvidence take_evidence(std::size_t session);

  // Senders are numbered over the whole run. The member of a sender is the index of its connection in the crowd.
  [[nodiscard]] std::size_t member_of(std::size_t sender) const { return sender / senders_ * plan_.members + sender % senders_; }
  [[nodiscard]] std::size_t sender_of(std::size_t member) const { return member / plan_.members * senders_ + member % plan_.members; }

  RelayPlan plan_;
  Clock& clock_;
  std::size_t senders_;  // of each session
  Random random_;        // chooses the next sender; depends only on the seed
  Random identities_;    // users, tags, masks
  TextRule rule_;
  Poller poller_;
  std::vector<LoadSession> sessions_;
  std::unique_ptr<WireFactory> wires_;
  Crowd crowd_;
  Schedule schedule_;
  MeasuredPart part_;
  Histogram deliveries_;
  std::vector<Sender> sending_;
  std::vector<std::vector<Sighting>> heard_by_;
  std::size_t next_sender_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t heard_ = 0;
  std::string tag_;  // of the message that is being sent
  std::string text_;
};

RelayRun::RelayRun(const RelayPlan& plan, Clock& clock)
    : plan_(plan),
      clock_(clock),
      senders_(plan.senders == 0 ? plan.members : std::min(plan.senders, plan.members)),
      random_(plan.pace.seed),
      identities_(fresh_random(plan.pace.seed, clock)),
      rule_{static_cast<std::uint32_t>(identities_.next()), plan.text_bytes},
      sessions_(make_sessions(plan, identities_)),
      wires_(make_wires(plan.protocol, plan.endpoint, identities_)),
      crowd_({plan.endpoint, plan.members}, sessions_, {poller_, clock, *wires_, *this}),
      schedule_(plan.pace.open_loop() ? plan.pace.rate : 1.0, plan.pace.arrivals, plan.pace.seed),
      part_(plan.pace, plan.server_processes),
      sending_(plan.sessions * senders_),
      heard_by_(crowd_.size()) {}

RelayResult RelayRun::run() {
  crowd_.open_all();
  part_.start(clock_.steady_now());
  if (!plan_.pace.open_loop()) send_first();
  for (SteadyTime now = clock_.steady_now(); part_.may_send(now, sent_); now = clock_.steady_now()) {
    part_.tick(now);
    if (plan_.pace.open_loop()) send_due(now);
    poller_.wait(time_to_next(clock_.steady_now()));
  }
  part_.tick(clock_.steady_now());
  if (plan_.pace.open_loop()) send_due(clock_.steady_now());  // sends the messages that became due while this thread did not run
  drain();
  RelayResult result;
  result.acks = part_.finish(clock_.steady_now());
  result.deliveries = deliveries_;
  result.sent = sent_;
  result.unanswered = sent_ - answered_;
  result.members_total = crowd_.size();
  result.verdict = judge_all();
  return result;
}

std::chrono::nanoseconds RelayRun::time_to_next(SteadyTime now) const {
  std::chrono::nanoseconds wait = std::min<std::chrono::nanoseconds>(turn_max, part_.end() - now);
  if (plan_.pace.open_loop()) wait = std::min(wait, part_.origin() + schedule_.due() - now);
  return wait;
}

void RelayRun::send_first() {
  for (std::size_t sender = 0; sender < sending_.size(); ++sender) {
    const SteadyTime now = clock_.steady_now();
    for (std::uint32_t count = 0; count < plan_.pace.in_flight && part_.may_send(now, sent_); ++count) send(sender, now);
    crowd_.connection(member_of(sender)).flush();
  }
}

void RelayRun::send_due(SteadyTime now) {
  for (SteadyTime due = part_.origin() + schedule_.due(); due <= now && part_.may_send(due, sent_);
       due = part_.origin() + schedule_.due()) {
    const std::size_t sender = plan_.pace.arrivals == Arrivals::poisson ? random_.below(sending_.size()) : next_sender_;
    next_sender_ = (next_sender_ + 1) % sending_.size();
    send(sender, due);
    crowd_.connection(member_of(sender)).flush();
    schedule_.advance();
  }
}

void RelayRun::send(std::size_t sender, SteadyTime due) {
  Sender& from = sending_[sender];
  const MessageKey key{static_cast<std::uint32_t>(sender), static_cast<std::uint32_t>(from.due.size())};
  from.due.push_back(due);
  from.acknowledged.emplace_back();
  tag_.clear();
  append_tag(tag_, rule_.run, key);
  text_.clear();
  append_text(text_, rule_.run, key, rule_.size);
  crowd_.connection(member_of(sender)).send({.number = key.number, .tag = tag_, .text = text_});
  ++sent_;
}

void RelayRun::on_delivery(std::size_t member, const ChatWire::Delivery& delivery) {
  ++heard_;
  const auto key = parse_tag(delivery.tag, rule_.run);
  if (!key) {  // of another run, or malformed: the judge counts it as foreign
    heard_by_[member].push_back({ObjectId{}, {UINT32_MAX, UINT32_MAX}, false});
    return;
  }
  const ObjectId id = delivery.id ? *delivery.id : id_of_tag(rule_.run, *key);
  heard_by_[member].push_back({id, *key, is_text(delivery.text, rule_.run, *key, rule_.size)});
  if (key->sender >= sending_.size() || key->number >= sending_[key->sender].due.size()) return;
  part_.record(deliveries_, sending_[key->sender].due[key->number], crowd_.connection(member).received_at());
}

void RelayRun::on_ack(std::size_t member, const ChatWire::Ack& ack) {
  const std::size_t sender = sender_of(member);
  Sender& from = sending_[sender];
  if (ack.number >= from.due.size()) return part_.refused("an ack for a message that was never sent: " + std::string(ack.answer));
  const SteadyTime at = crowd_.connection(member).received_at();
  ++answered_;
  if (ack.accepted) {
    ++acknowledged_;
    const MessageKey key{static_cast<std::uint32_t>(sender), static_cast<std::uint32_t>(ack.number)};
    from.acknowledged[ack.number] = ack.id ? *ack.id : id_of_tag(rule_.run, key);
    part_.completed(from.due[ack.number], at);
  } else {
    part_.refused(ack.answer);
  }
  if (!plan_.pace.open_loop() && part_.may_send(at, sent_)) send(sender, at);
}

void RelayRun::drain() {
  SteadyTime last_progress = clock_.steady_now();
  for (std::uint64_t told_before = 0;;) {
    poller_.wait(turn_max);
    const SteadyTime now = clock_.steady_now();
    if (const std::uint64_t told = answered_ + heard_; told != told_before) {
      told_before = told;
      last_progress = now;
    }
    const std::chrono::nanoseconds patience = all_told() ? afterthought : std::chrono::milliseconds(plan_.drain_patience);
    if (now - last_progress > patience) return;
  }
}

SessionEvidence RelayRun::take_evidence(std::size_t session) {
  SessionEvidence evidence;
  evidence.first_sender = static_cast<std::uint32_t>(session * senders_);
  for (std::size_t index = 0; index < senders_; ++index) {
    evidence.acknowledged.push_back(std::move(sending_[session * senders_ + index].acknowledged));
  }
  for (std::size_t index = 0; index < plan_.members; ++index) {
    evidence.heard.push_back(std::move(heard_by_[session * plan_.members + index]));
  }
  return evidence;
}

Verdict RelayRun::judge_all() {
  Verdict verdict;
  std::optional<RestClient> rest;
  if (plan_.read_back) rest.emplace(plan_.endpoint);
  for (std::size_t session = 0; session < sessions_.size(); ++session) {
    SessionEvidence evidence = take_evidence(session);
    evidence.stored = rest ? read_back(*rest, sessions_[session], rule_) : evidence.heard.front();
    verdict.add(judge(evidence));
  }
  return verdict;
}

}  // namespace

RelayResult run_relay(const RelayPlan& plan, Clock& clock) {
  return RelayRun(plan, clock).run();
}

}  // namespace parley::bench
