// Messages of an earlier server that belong to no session: nobody opens them, so nobody adopts them. Found after everything else is
// adopted, for `parley adopt` to name. Owner: one thread; blocking.
//
// Walk   Over the ids of `sessions`, a page at a time, and over the messages without `seq` between the first and the last id of that page:
//        one command looks at no more than a page of sessions and gives no more than a page of messages, however much is there.
// Types  What is no string comes first, by type: such a `sessionId` is that of no session.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "store/mongo/adoption.hpp"
#include "store/mongo/client.hpp"

namespace parley::store::mongo {

class Orphans {
 public:
  explicit Orphans(Client& client, std::size_t page_max = limits::mongo_adoption_page) : client_(client), page_max_(page_max) {}

  /// Each missing session once, by the first of its messages, and how many there are in the reason.
  struct Page {
    std::vector<LeftAlone> found{};
    bool more = false;
  };
  [[nodiscard]] Result<Page> next();

 private:
  struct Messages {
    std::string first;  // `_id`
    std::size_t count = 0;
  };
  using BySession = std::map<std::string, Messages, std::less<>>;

  [[nodiscard]] Result<Page> of_foreign_types();
  [[nodiscard]] Result<void> begin_range();
  [[nodiscard]] Result<Page> of_range();
  /// Of the range, in order: those of sessions go to `sessions`, others are named.
  [[nodiscard]] BySession sort_out(const std::vector<Document>& messages, Page& page);
  void move_on(const BySession& messages, bool is_full);
  [[nodiscard]] Result<void> take_out_existing(BySession& messages);
  /// Behind `behind_`, and not behind `until_`.
  [[nodiscard]] Document bounds() const;

  Client& client_;
  const std::size_t page_max_;
  bool has_begun_ = false;             // foreign types are done
  bool in_range_ = false;              // not everything up to `until_` is looked at
  std::optional<std::string> behind_;  // the last id that is done; nothing: none is
  std::optional<std::string> until_;   // of a session; nothing: there are no sessions behind
  bool strings_only_ = false;          // in this range
  bool told_of_arrays_ = false;
};

}  // namespace parley::store::mongo
