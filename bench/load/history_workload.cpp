#include "load/history_workload.hpp"

#include <algorithm>
#include <unordered_map>

namespace parley::bench {

namespace {

class PageRequests final : public RequestLoop::Workload {
 public:
  PageRequests(const HistoryPlan& plan, const StoreResult& stored)
      : plan_(plan),
        stored_(stored),
        random_(plan.requests.pace.seed + 1),
        page_count_(plan.pages == Pages::newest ? 1 : std::max<std::size_t>(1, plan.messages / plan.page_limit)),
        asked_(plan.requests.connections),
        contents_(stored.sessions.size()) {
    RestClient rest(plan.requests.endpoint);
    for (std::size_t session = 0; session < stored.sessions.size(); ++session) {
      contents_[session] = read_back(rest, stored.sessions[session], stored.rule);
    }
  }

  void append_request(std::size_t connection, std::string& out) override {
    const std::size_t session = random_.below(stored_.sessions.size());
    const std::size_t page = 1 + random_.below(page_count_);
    asked_[connection] = {session, page};
    bench::append_request(
        out, {"GET", page_target(stored_.sessions[session].id, page, plan_.page_limit), stored_.sessions[session].doctor.token, {}});
  }

  bool accept(std::size_t connection, const HttpResponse& response) override {
    if (response.status != 200) return false;
    const auto [session, page] = asked_[connection];
    const auto [place, is_new] = seen_.try_emplace(session * page_count_ + page);
    if (is_new) {
      place->second = response.body;
      if (!is_right(session, page, response.body)) ++wrong_;
    } else if (place->second != response.body) {
      ++wrong_;
    }
    return true;
  }

  [[nodiscard]] std::uint64_t seen() const { return seen_.size(); }
  [[nodiscard]] std::uint64_t wrong() const { return wrong_; }

 private:
  struct Asked {
    std::size_t session = 0;
    std::size_t page = 0;
  };

  /// Page 1 has the newest messages; inside a page, the oldest is first.
  [[nodiscard]] bool is_right(std::size_t session, std::size_t page, std::string_view body) const {
    const std::vector<Sighting> got = parse_page(body, stored_.rule).messages;
    const auto& all = contents_[session];
    const std::size_t last = all.size() - std::min(all.size(), (page - 1) * plan_.page_limit);
    const std::size_t first = last - std::min<std::size_t>(last, plan_.page_limit);
    return std::equal(got.begin(), got.end(), all.begin() + static_cast<std::ptrdiff_t>(first),
                      all.begin() + static_cast<std::ptrdiff_t>(last), are_same_and_true);
  }

  const HistoryPlan& plan_;
  const StoreResult& stored_;
  Random random_;
  std::size_t page_count_;
  std::vector<Asked> asked_;
  std::vector<std::vector<Sighting>> contents_;
  std::unordered_map<std::size_t, std::string> seen_;
  std::uint64_t wrong_ = 0;
};

}  // namespace

HistoryResult run_history(const HistoryPlan& plan, Clock& clock) {
  const StoreResult stored = fill_sessions({plan.requests, plan.identity, plan.sessions, plan.text_bytes}, plan.messages, clock);
  PageRequests workload(plan, stored);
  RequestLoop loop(plan.requests, clock, workload);
  HistoryResult result;
  result.figures = loop.run();
  result.fill = stored.verdict;
  result.pages_seen = workload.seen();
  result.pages_wrong = workload.wrong();
  return result;
}

}  // namespace parley::bench
