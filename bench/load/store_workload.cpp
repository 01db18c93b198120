#include "load/store_workload.hpp"

#include "load/field_finder.hpp"

namespace parley::bench {

namespace {

/// Connection c is sender c. It stores into session c modulo the number of sessions, as doctor or patient in turn.
class StoreRequests final : public RequestLoop::Workload {
 public:
  StoreRequests(std::vector<LoadSession>& sessions, const TextRule& rule, std::size_t connections)
      : sessions_(sessions), rule_(rule), acknowledged_(connections) {}

  void append_request(std::size_t connection, std::string& out) override {
    const LoadSession& session = sessions_[connection % sessions_.size()];
    auto& acknowledged = acknowledged_[connection];
    const MessageKey key{static_cast<std::uint32_t>(connection), static_cast<std::uint32_t>(acknowledged.size())};
    acknowledged.emplace_back();
    body_.assign(R"({"sessionId":")").append(session.id).append(R"(","message":")");
    append_text(body_, rule_.run, key, rule_.size);
    body_.append(R"(","clientMessageId":")");
    append_tag(body_, rule_.run, key);
    body_.append("\"}");
    bench::append_request(out, {"POST", "/api/chat/store", session.member(connection / sessions_.size()).token, body_});
  }

  bool accept(std::size_t connection, const HttpResponse& response) override {
    if (response.status != 201) return false;
    acknowledged_[connection].back() = ObjectId::parse(id_.find(response.body));
    return acknowledged_[connection].back().has_value();
  }

  /// Connections that share a session are its senders. The judge needs adjacent numbers, so this renumbers them.
  [[nodiscard]] SessionEvidence evidence_of(std::size_t session, std::vector<Sighting> stored) const {
    SessionEvidence evidence;
    for (std::size_t connection = session; connection < acknowledged_.size(); connection += sessions_.size()) {
      evidence.acknowledged.push_back(acknowledged_[connection]);
    }
    for (Sighting& message : stored) {
      const bool ours = message.key.sender % sessions_.size() == session && message.key.sender < acknowledged_.size();
      message.key.sender = ours ? message.key.sender / static_cast<std::uint32_t>(sessions_.size()) : UINT32_MAX;
    }
    evidence.stored = std::move(stored);
    return evidence;
  }

 private:
  std::vector<LoadSession>& sessions_;
  TextRule rule_;
  std::vector<std::vector<std::optional<ObjectId>>> acknowledged_;
  std::string body_;
  FieldFinder id_{R"("chatMessage":{"_id":")"};
};

}  // namespace

StoreResult run_store(const StorePlan& plan, Clock& clock) {
  Random random = fresh_random(plan.requests.pace.seed, clock);
  StoreResult result;
  result.rule = {static_cast<std::uint32_t>(random.next()), plan.text_bytes};
  const std::size_t session_count = plan.sessions == 0 ? plan.requests.connections : plan.sessions;
  result.sessions = create_sessions(plan.requests.endpoint, plan.identity, session_count, random);
  StoreRequests workload(result.sessions, result.rule, plan.requests.connections);
  {
    RequestLoop loop(plan.requests, clock, workload);
    result.figures = loop.run();
  }
  RestClient rest(plan.requests.endpoint);
  for (std::size_t session = 0; session < session_count; ++session) {
    result.verdict.add(judge(workload.evidence_of(session, read_back(rest, result.sessions[session], result.rule))));
  }
  return result;
}

StoreResult fill_sessions(StorePlan plan, std::size_t messages, Clock& clock) {
  plan.requests.connections = plan.sessions;
  plan.requests.pace = {.messages_max = plan.sessions * messages, .seed = plan.requests.pace.seed};
  return run_store(plan, clock);
}

}  // namespace parley::bench
