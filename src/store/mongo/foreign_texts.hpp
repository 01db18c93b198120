// The messages of one session that are not in its log, in the order in which they are adopted, a page at a time. Owner: one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/role.hpp"
#include "store/mongo/adoption.hpp"
#include "store/mongo/client.hpp"
#include "store/mongo/foreign_document.hpp"

namespace parley::store::mongo {

/// {sessionId, seq}. Only documents without `seq` are looked at by it: what is asked whenever a session is opened costs what is foreign,
/// not what is there.
[[nodiscard]] const Document& index_of_foreign();

/// How many of `chatmessages` the filter finds by that index; one more than so many where there are more, for a command may not take long.
inline constexpr std::int64_t messages_counted_max = 100'000;
[[nodiscard]] Result<std::size_t> count_messages(Client& client, const Document& filter);
/// So many, of which this is the first.
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
  /// Those behind the page before.
  [[nodiscard]] Result<Page> next();
  /// Before any of them is adopted: those that have a `seq` all the same, which no page shows.
  [[nodiscard]] Result<void> name_marked(std::vector<LeftAlone>& left_alone);

 private:
  [[nodiscard]] Document filter() const;
  void remember_place(const Fields& last);

  Client& client_;
  const SessionId session_;
  const domain::RoleSet& roles_;
  const AdoptionPage page_max_;
  Document behind_;  // of what the pages before have shown; added to the filter
  bool has_begun_ = false;
};

}  // namespace parley::store::mongo
