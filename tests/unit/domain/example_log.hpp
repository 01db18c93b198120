// A session whose log has an entry of every form. The codec tests, docs/formats/entry-vectors.json and the worked example of
// docs/formats/entry.md use it. Its bytes are always the same.
#pragma once

#include <string>
#include <vector>

#include "domain/chain.hpp"
#include "domain/entry.hpp"
#include "domain/session.hpp"
#include "support/counting_entropy.hpp"

namespace parley::domain::example {

inline const UserId doctor_id = *UserId::parse("65a000000000000000000001");
inline const UserId patient_id = *UserId::parse("65a000000000000000000002");
inline const Participant doctor{doctor_id, Role{"doctor"}};
inline const Participant patient{patient_id, Role{"patient"}};
inline const Participant interpreter{*UserId::parse("ada@example.org"), Role{"interpreter"}};
inline const SessionId session_id = *SessionId::parse("0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58");
inline constexpr SessionNumber session_number{0xa1b2c3d4e5};
inline constexpr Timestamp start{std::chrono::milliseconds{1'767'225'600'000}};  // 2026-01-01T00:00:00.000Z

[[nodiscard]] SessionRow session_row();

struct NamedEntry {
  std::string name;
  Chained chained;  // `encoded` is the final stored form, without the body if it was emptied
};

/// Chains drafts at intervals of one second.
class LogBuilder {
 public:
  const Chained& add(const std::string& name, Draft draft, const std::optional<Deletion>& deletion = std::nullopt);
  /// Empties the body of the entry at `seq`.
  void empty(std::uint32_t seq);

  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] std::vector<NamedEntry>& entries() { return entries_; }

 private:
  Head head_ = genesis(session_id);
  parley::test::CountingEntropy entropy_;
  std::vector<NamedEntry> entries_;
};

[[nodiscard]] Draft text_draft(const Participant& sender, std::string text, std::string client_message_id = {});
/// Every entry of the session, from `created` to `ended_by_the_server`. Their names are in example_log.cpp, in this order.
[[nodiscard]] std::vector<NamedEntry> whole_log();
/// The entry of whole_log() with that name.
[[nodiscard]] NamedEntry named(std::string_view name);

}  // namespace parley::domain::example
