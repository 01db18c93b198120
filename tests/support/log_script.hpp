// Builds the log of one session as the service would: each call returns the append that continues the log. Copy a script to make two
// histories that differ. Deterministic: the same calls give the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/chain.hpp"
#include "domain/session.hpp"
#include "store/session_log.hpp"
#include "support/counting_entropy.hpp"
#include "support/manual_clock.hpp"

namespace parley::test {

/// Makes a user id from a small number.
[[nodiscard]] ObjectId object_id(std::uint32_t number);
[[nodiscard]] UserId user_id(std::uint32_t number);

class LogScript {
 public:
  /// A session with this number and two users. Its object id, its secret and, by default, its id follow from the number.
  explicit LogScript(std::uint64_t number, std::uint32_t doctor = 1, std::uint32_t patient = 2, std::optional<SessionId> id = {});

  [[nodiscard]] store::Append create();
  /// The first join, which makes the row active.
  [[nodiscard]] store::Append start();
  [[nodiscard]] store::Append text(const std::string& text, const std::string& client_message_id = {});
  /// `count` texts in one append.
  [[nodiscard]] store::Append texts(std::size_t count);
  /// Deletes the text at `seq`.
  [[nodiscard]] store::Append remove(std::uint32_t seq);
  [[nodiscard]] store::Append end();
  /// Reopens the ended session, so that it is active again.
  [[nodiscard]] store::Append reopen();
  /// Adds one more participant, which changes the row.
  [[nodiscard]] store::Append invite(std::uint32_t user);
  /// Continues as if the head were at `seq`. Only for tests of limits: the log does not have the entries before it.
  void jump_to(std::uint32_t seq) { head_.seq = seq; }

  [[nodiscard]] const domain::SessionRow& row() const { return row_; }
  [[nodiscard]] SessionNumber number() const { return row_.number; }
  [[nodiscard]] domain::Position position() const { return head_.position(); }
  [[nodiscard]] const domain::Head& head() const { return head_; }
  /// Every entry made so far, as appended.
  [[nodiscard]] const std::vector<domain::EncodedEntry>& entries() const { return entries_; }
  [[nodiscard]] Key16 key(const std::string& client_message_id) const;

 private:
  struct LiveText {
    std::uint32_t seq;
    domain::Role role;
    std::uint64_t code_points;
    Timestamp time;
  };

  [[nodiscard]] domain::Draft text_draft(const std::string& text, const std::string& client_message_id) const;
  [[nodiscard]] store::Append begin() const;
  void add(store::Append& append, domain::Draft draft, const std::optional<domain::Deletion>& deletion = std::nullopt);

  domain::SessionRow row_;
  domain::Head head_;
  Timestamp now_ = ManualClock::start;
  CountingEntropy entropy_;
  std::vector<LiveText> live_;
  std::vector<domain::EncodedEntry> entries_;
};

}  // namespace parley::test
