// Messages of an earlier server that belong to no session. No client opens such a session, so nothing adopts them.
// `parley adopt` searches for them after everything else is adopted, and reports them. Owner: one thread; blocking.
//
// Walk   Reads the ids of `sessions` page by page. For each page it reads the messages without `seq` between the first and the
//        last id. So no command reads more than a page of sessions or returns more than a page of messages, however many exist.
// Types  Values that are not strings come first, by type: no session has such a `sessionId`.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

class Orphans {
 public:
  explicit Orphans(Client& client, std::size_t page_max = limits::mongo_adoption_page) : client_(client), page_max_(page_max) {}

  /// Each missing session once, with the `_id` of its first message; the reason holds the number of messages.
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
  /// Processes messages of the range, in order: returns those with a string `sessionId`, and reports others in `page`.
  [[nodiscard]] BySession sort_out(const std::vector<Document>& messages, Page& page);
  void move_on(const BySession& messages, bool is_full);
  [[nodiscard]] Result<void> take_out_existing(BySession& messages);
  /// After `behind_`, up to and including `until_`.
  [[nodiscard]] Document bounds() const;

  Client& client_;
  const std::size_t page_max_;
  bool has_begun_ = false;             // foreign types are done
  bool in_range_ = false;              // the range up to `until_` is not finished
  std::optional<std::string> behind_;  // the last finished id; empty: none yet
  std::optional<std::string> until_;   // id of a session; empty: no more sessions follow
  bool strings_only_ = false;          // in this range
  bool told_of_arrays_ = false;
};

}  // namespace parley::store::mongo
