// Creates sessions. A doctor and a patient have at most one session that has not ended, even when two creates arrive at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"
#include "domain/validation.hpp"
#include "domain/views.hpp"
#include "service/session/pair_lanes.hpp"
#include "service/shared/alive.hpp"
#include "service/shared/connection.hpp"
#include "store/directory.hpp"

namespace parley::service {

class Router;
class SessionShard;
struct Context;
template <typename T>
class Answer;

/// The creates of the pairs of one shard. Those of one pair run one at a time, in turn with its reopenings (PairLanes).
///
/// Order  check (a read job: patient, appointment, the chosen id, open session of the pair, unused number) → append `created` on the shard
///        of the session's id → answer → next of the pair.
/// Race   Two pairs may choose the same id and check it on two shards, or on two servers. The shard of the id lets one go first, and the
///        store accepts one log per id (SessionLog, already_exists). The other create is checked again and finds the session.
/// Owner  The shard's thread.
class Creator {
 public:
  Creator(Router& router, SessionShard& shard) : router_(router), shard_(shard) {}

  struct Request {
    CallerPtr caller;
    UserId patient;
    std::optional<SessionId> session;  // chosen; nothing: the server draws one
    domain::TextField appointment;
    std::shared_ptr<Answer<domain::SessionView>> answer{};
    unsigned checks = 0;
  };
  /// In a Turn.
  void create(Request request);

 private:
  struct Checked {
    std::optional<SessionId> existing;  // the chosen session exists and belongs to this pair; the other members are then empty
    std::optional<ObjectId> appointment;
    SessionNumber number;
    std::optional<domain::User> patient;
  };
  class CreateStep;

  void check(const Pair& pair);
  void check_again(const Pair& pair, Error taken);
  void append(const Pair& pair, Checked checked);
  void find_existing(const Pair& pair, const SessionId& id);
  /// Takes the result of the session's shard.
  void settle(const Pair& pair, Result<domain::SessionView> created);
  void finish(const Pair& pair, Result<domain::SessionView> result);
  [[nodiscard]] SessionId draw_session_id();
  [[nodiscard]] static Result<Checked> check_in_store(Context& context, const Request& request, std::vector<SessionNumber> candidates);
  [[nodiscard]] static Result<std::optional<SessionId>> find_chosen(store::Directory& directory, const Request& request);

  Router& router_;
  SessionShard& shard_;
  std::map<Pair, Request> under_way_;
  Alive alive_;
};

}  // namespace parley::service
