// Takes into the log what an earlier server wrote: the whole session when it has no log yet, and what came to it later. The rule is that
// of every append: a document goes in at the place behind the end of the log, and whose place is taken reads again and goes on from
// there. So any number of nodes may adopt one session at one time, and any may go on where another stopped.
//
// Steps    The session's number is claimed in its document; then documents of the log, after each the `seq` of its messages is written to
//          theirs; at the end `parley.seq` of the session's document says that it is complete. Until then nobody is given the session.
// Foreign  A message that is not in the log is one whose document has no `seq`: the mirror writes it with every document of its own.
// Alone    What cannot be adopted is left as it is, and named by `_id` and reason: in the log of the program once a process.
// Threads  Any; blocking.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "domain/role.hpp"
#include "domain/session.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/client.hpp"
#include "store/mongo/foreign_document.hpp"
#include "store/mongo/settled_places.hpp"

namespace parley::store::mongo {

struct LeftAlone {
  std::string collection;
  std::string id;
  std::string reason;
  std::size_t documents = 1;  // of which `id` is the first
};

/// What became of one session.
struct Adoption {
  std::optional<domain::SessionRow> row{};  // nothing: its document cannot be adopted
  std::size_t messages = 0;                 // appended by this call
  bool is_new = false;                      // this call made it complete
  bool appended = false;                    // this call appended anything
  std::vector<LeftAlone> left_alone{};
};

/// Messages of an earlier server that are read at a time; smaller in tests.
struct AdoptionPage {
  std::size_t messages = limits::mongo_adoption_page;
  std::size_t bytes = limits::mongo_adoption_page_bytes_max;
};

class Adopter {
 public:
  struct Surroundings {
    StoreState& state;
    const Clock& clock;
    LogSink& logs;
    SettledPlaces& places;
    domain::RoleSet roles{};
    std::unique_ptr<Entropy> entropy{};
    std::size_t entries_max = limits::mongo_document_entries_max;  // of one document of the log; smaller in tests
    AdoptionPage page_max{};
    std::function<void(SessionNumber)> announce = [](SessionNumber) {};  // its log has grown
  };
  explicit Adopter(Surroundings surroundings) : surroundings_(std::move(surroundings)), entropy_(*surroundings_.entropy) {}

  /// Whether nothing of the session's own document is missing in the log. Costs nothing.
  [[nodiscard]] static bool is_complete(const Fields& document);
  /// Whether other software has written to the document since Parley did. Costs nothing.
  [[nodiscard]] static bool holds_news(const Fields& document);
  /// A document without a log that is so young that its creation may still be on its way.
  [[nodiscard]] bool is_being_created(const Fields& document) const;
  /// Appends everything foreign: of the session's document, and of its messages. `row` is what the log says; nothing: there is no log, or
  /// it is not complete.
  [[nodiscard]] Result<Adoption> adopt(Client& client, const Fields& document, std::optional<domain::SessionRow> row);
  /// Threads: any.
  [[nodiscard]] Entropy& entropy() { return entropy_; }

 private:
  friend class AdoptionRun;
  /// One generator for the reader threads.
  class SharedEntropy final : public Entropy {
   public:
    explicit SharedEntropy(Entropy& inner) : inner_(inner) {}
    void fill(std::span<std::uint8_t> bytes) override {
      const std::lock_guard lock(mutex_);
      inner_.fill(bytes);
    }

   private:
    std::mutex mutex_;
    Entropy& inner_;
  };
  void tell(const LeftAlone& document);

  Surroundings surroundings_;
  SharedEntropy entropy_;
  std::mutex mutex_;
  std::set<std::string> told_;  // guarded by mutex_; at most limits::mongo_left_alone_remembered
};

}  // namespace parley::store::mongo
