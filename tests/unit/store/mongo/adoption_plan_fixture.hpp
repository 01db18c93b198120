// The documents of an earlier server for one session, and the plan of their adoption. For tests of AdoptionPlan.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/extensions.hpp"
#include "store/mongo/adoption/adoption_plan.hpp"
#include "support/counting_entropy.hpp"
#include "support/log_script.hpp"

namespace parley::store::mongo {

constexpr Timestamp at(int ms) {
  return Timestamp{std::chrono::milliseconds{1'000'000'000 + ms}};
}
inline constexpr Timestamp long_after = at(1'000'000);

inline domain::Entry decoded(const domain::EncodedEntry& entry) {
  return domain::decode_entry(entry).value();
}

/// The kinds of the entries, and the text in place of the kind `text`.
inline std::string names_of(const std::vector<domain::EncodedEntry>& entries) {
  std::string names;
  for (const domain::EncodedEntry& encoded : entries) {
    const domain::Entry entry = decoded(encoded);
    names += (names.empty() ? "" : " ");
    names += entry.core.kind == domain::EntryKind::text ? entry.body->text : std::string(name_of(entry.core.kind));
  }
  return names;
}

inline std::string names_of(const std::vector<ForeignText>& texts) {
  std::string names;
  for (const ForeignText& text : texts) names += (names.empty() ? "" : " ") + text.text;
  return names;
}

inline std::size_t bytes_of(const LogDocument& document) {
  std::size_t bytes = 0;
  for (const domain::EncodedEntry& entry : document.entries) bytes += entry.size_bytes();
  return bytes;
}

class AdoptionPlanTest : public testing::Test {
 protected:
  AdoptionPlanTest() {
    session.id = SessionId::parse("visit-1").value();
    session.object_id = test::object_id(900);
    session.doctor = test::user_id(1);
    session.patient = test::user_id(2);
    session.created_at = at(0);
    standing = {domain::genesis(session.id), first_row(session, SessionNumber{7}, Secret32{1}, roles)};
  }

  /// The log has `created` and `adopted` already, and the session is in this state.
  void adopted_before(domain::SessionStatus status) {
    standing = plan().make(standing, long_after, 100, entropy).after;
    if (status != domain::SessionStatus::created) standing.row.start(at(1));
    if (status == domain::SessionStatus::ended) standing.row.end(at(2));
  }
  void message(int ms, std::string text) {
    foreign.texts.push_back({.id = test::object_id(++messages),
                             .sender = test::user_id(2),
                             .sender_role = roles.patient(),
                             .text = std::move(text),
                             .type = domain::MessageType::text,
                             .time = at(ms)});
  }
  void start(int ms) {
    session.started_at = at(ms);
    foreign.news.starts = true;
  }
  void end(std::optional<Timestamp> time) {
    session.state = {domain::SessionStatus::ended, time};
    foreign.news.ends = true;
  }

  [[nodiscard]] AdoptionPlan plan() const { return {session, standing, foreign}; }
  AdoptionPlan::Batch batch(Timestamp now = long_after) { return plan().make(standing, now, 1'000, entropy); }
  std::string planned() { return names_of(batch().document.entries); }
  /// The entry with this index of the plan.
  domain::Entry entry(std::size_t index, Timestamp now = long_after) { return decoded(batch(now).document.entries.at(index)); }
  Timestamp time_of(std::size_t index, Timestamp now = long_after) { return entry(index, now).core.timestamp; }

  domain::RoleSet roles;
  ForeignSession session;
  Standing standing;
  AdoptionPlan::Foreign foreign;
  test::CountingEntropy entropy;
  std::uint32_t messages = 0;
};

}  // namespace parley::store::mongo
