// The messages of one session that are not in its log, in the order of adoption, a page at a time. Owner: one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/role.hpp"
#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

/// {sessionId, seq}. The query at each opening of a session visits only documents without
/// `seq`. So its cost depends on the number of foreign messages, not of all messages.
[[nodiscard]] const Document& index_of_foreign();

/// Counts matching documents of `chatmessages` with that index. Stops at messages_counted_max + 1: a command may not take long.
inline constexpr std::int64_t messages_counted_max = 100'000;
[[nodiscard]] Result<std::size_t> count_messages(Client& client, const Document& filter);
/// Describes `count` messages; `first` is the `_id` of the first.
[[nodiscard]] LeftAlone messages_left_alone(std::string first, const std::string& reason, std::size_t count);

class ForeignTexts {
 public:
  ForeignTexts(Client& client, const SessionId& session, const domain::RoleSet& roles, AdoptionPage page_max)
      : client_(client), session_(session), roles_(roles), page_max_(page_max) {}

  struct Page {
    std::vector<ForeignText> texts{};
    std::vector<LeftAlone> left_alone{};
    bool more = false;
  };
  /// The messages after the previous page.
  [[nodiscard]] Result<Page> next();
  /// Call it before any message is adopted. Reports messages that already have a `seq`, because no page shows them.
  [[nodiscard]] Result<void> name_marked(std::vector<LeftAlone>& left_alone);

 private:
  [[nodiscard]] Document filter() const;
  void remember_place(const Fields& last);

  Client& client_;
  const SessionId session_;
  const domain::RoleSet& roles_;
  const AdoptionPage page_max_;
  Document behind_;  // excludes the messages of earlier pages; added to the filter
  bool has_begun_ = false;
};

}  // namespace parley::store::mongo
