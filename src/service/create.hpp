// Creating a session. A pair of doctor and patient has at most one session that has not ended, also when two creates come at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

/// The creates of the pairs that belong to one shard (by hash of the pair): of one pair, one at a time, the others wait.
///
/// Order  check (a read job: patient, appointment, open session of the pair, unused number) → append `created` → answer → next of the pair.
/// Owner  The shard's thread. Bounded by limits::creates_waiting_max a pair.
class Creator {
 public:
  explicit Creator(SessionShard& shard) : shard_(shard) {}

  struct Request {
    CallerPtr caller;
    UserId patient;
    domain::TextField appointment;
    std::shared_ptr<Answer<domain::SessionView>> answer;
  };
  /// In a Turn.
  void create(Request request);

 private:
  using Pair = std::pair<UserId, UserId>;
  struct Checked {
    std::optional<ObjectId> appointment;
    SessionNumber number;
    std::optional<domain::User> patient;
  };
  class CreateStep;

  void check(const Pair& pair);
  void append(const Pair& pair, Checked checked);
  void finish(const Pair& pair);
  [[nodiscard]] SessionId draw_session_id();
  [[nodiscard]] static Result<Checked> check_in_store(Context& context, const Request& request, std::vector<SessionNumber> candidates);

  SessionShard& shard_;
  std::map<Pair, std::deque<Request>> pairs_;  // the first of each is under way
};

/// ChatService::create_session. `creators` by loop index.
void create_session(Router& router, std::vector<std::unique_ptr<Creator>>& creators, EventLoop& from, CallerPtr caller,
                    CreateSession request, Done<domain::SessionView> done);

}  // namespace parley::service
