#include "service/use_cases/sweep.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "service/use_cases/end.hpp"

namespace parley::service {

bool StaleRule::holds_for(const domain::SessionRow& row) const {
  if (row.status == domain::SessionStatus::ended) return false;
  const Timestamp opened_at = row.reopened ? row.reopened->at : row.created_at;
  if (created_before && opened_at < *created_before) return true;
  if (row.status == domain::SessionStatus::created) return unstarted_created_before && row.created_at < *unstarted_created_before;
  const auto started_at = row.last_opened_at();
  return started_before && started_at && *started_at < *started_before;
}

// A session is created before it starts or reopens. So the bound on starts is also a bound on creation times.
Timestamp StaleRule::created_before_bound() const {
  return std::max({created_before.value_or(Timestamp::min()), unstarted_created_before.value_or(Timestamp::min()),
                   started_before.value_or(Timestamp::min())});
}

namespace {

/// Kept alive by its pending work: one read job, or the ends of one page.
class Sweep final : public std::enable_shared_from_this<Sweep> {
 public:
  Sweep(Invocation by, StaleRule rule, Done<SweepResult> done)
      : by_(std::move(by)), home_(by_.router.shard_at(by_.from)), rule_(rule), done_(std::move(done)) {}

  void read_page();

 private:
  void take_page(Result<store::OpenSessions> page);
  void end(const SessionId& id);
  void take_answer(const SessionId& id, Result<StaleEnd> answer);
  void finish_page();
  void leave(std::string_view what, const Error& error);
  [[nodiscard]] static bool concerns_all(const Error& error);

  Invocation by_;
  SessionShard& home_;
  StaleRule rule_;
  Done<SweepResult> done_;
  SweepResult result_;
  Bytes next_;
  std::size_t waiting_ = 0;  // ends of this page without an answer
  std::optional<Error> error_;
};

void Sweep::read_page() {
  const SessionShard::Turn turn(home_);
  home_.read<store::OpenSessions>(
      [&directory = by_.router.context().deps.store.directory(), bound = rule_.created_before_bound(), after = next_](store::LogReader&) {
        return directory.open_sessions_before(bound, after, limits::sweep_sessions_max);
      },
      [self = shared_from_this()](Result<store::OpenSessions> page) { self->take_page(std::move(page)); });
}

void Sweep::take_page(Result<store::OpenSessions> page) {
  if (!page) return done_(std::unexpected(std::move(page.error())));
  next_ = std::move(page->next);
  for (const Error& damage : page->damaged) leave("a row of the directory is damaged", damage);
  std::erase_if(page->sessions, [this](const domain::SessionRow& row) { return !rule_.holds_for(row); });
  waiting_ = page->sessions.size();
  if (waiting_ == 0) return finish_page();
  for (const domain::SessionRow& row : page->sessions) end(row.id);
}

void Sweep::end(const SessionId& id) {
  end_if_stale(by_, id, rule_, [self = shared_from_this(), id](Result<StaleEnd> answer) { self->take_answer(id, std::move(answer)); });
}

void Sweep::take_answer(const SessionId& id, Result<StaleEnd> answer) {
  if (answer) {
    if (*answer == StaleEnd::ended) ++result_.ended;
  } else if (concerns_all(answer.error())) {
    error_ = std::move(answer.error());
  } else {
    leave("a stale session cannot be ended", {answer.error().code, answer.error().message, "Session " + id.to_string()});
  }
  if (--waiting_ == 0) finish_page();
}

void Sweep::finish_page() {
  if (error_) return done_(std::unexpected(std::move(*error_)));
  if (next_.empty()) return done_(result_);
  // Posted, so that a long walk over sessions that are not stale does not recurse and does not block the loop's connections.
  home_.loop().post([self = shared_from_this()] { self->read_page(); });
}

void Sweep::leave(std::string_view what, const Error& error) {
  ++result_.left;
  by_.router.context().deps.logs.write(LogLevel::warning, "service", what, {{"error", error.message}, {"where", error.detail}});
}

bool Sweep::concerns_all(const Error& error) {
  return error.code == ErrorCode::overloaded || error.code == ErrorCode::store_failed || error.code == ErrorCode::outcome_unknown;
}

}  // namespace

void sweep(Invocation by, StaleRule rule, Done<SweepResult> done) {
  std::make_shared<Sweep>(std::move(by), rule, std::move(done))->read_page();
}

}  // namespace parley::service
