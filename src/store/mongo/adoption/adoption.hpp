// Takes the documents of an earlier server into the log: the whole session if it has no log yet, later additions otherwise. Adoption
// follows the rule of every append: a document is inserted directly after the end of the log. If that place is taken, the node reads
// again and continues after it. So several nodes may adopt the same session at once, and a node may continue where another stopped.
//
// Steps    First the session's number is claimed in its document. After each document written to the log, the `seq` of its messages is
//          written to theirs. At the end `parley.seq` of the session's document marks it as complete; no reader receives it before.
// Foreign  A message without `seq` in its document is not in the log: the mirror writes `seq` to every document of its own.
// Alone    Documents that cannot be adopted stay as they are. The program's log names `_id` and reason once per process.
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
#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/log/settled_places.hpp"

namespace parley::store::mongo {

struct LeftAlone {
  std::string collection;
  std::string id;
  std::string reason;
  std::size_t documents = 1;  // the number of documents; `id` is the first
};

/// The result for one session.
struct Adoption {
  std::optional<domain::SessionRow> row{};  // empty: its document cannot be adopted
  std::size_t messages = 0;                 // appended by this call
  bool is_new = false;                      // this call completed the adoption of the session
  std::vector<LeftAlone> left_alone{};
};

/// Limits of one read of an earlier server's messages; smaller in tests.
struct AdoptionPage {
  std::size_t messages = limits::mongo_adoption_page;
  std::size_t bytes = limits::mongo_adoption_page_bytes_max;
};

class Adopter {
 public:
  struct Dependencies {
    StoreState& state;
    const Clock& clock;
    LogSink& logs;
    SettledPlaces& places;
    domain::RoleSet roles{};
    std::unique_ptr<Entropy> entropy{};
    std::size_t entries_max = limits::mongo_document_entries_max;  // of one document of the log; smaller in tests
    AdoptionPage page_max{};
    std::function<void(SessionNumber)> announce = [](SessionNumber) {};  // called when a session's log has grown
  };
  explicit Adopter(Dependencies deps) : deps_(std::move(deps)), entropy_(*deps_.entropy) {}

  /// Whether the session of this document is complete in the log (`parley.number` and `parley.seq` are set). Needs no query.
  [[nodiscard]] static bool is_complete(const Fields& document);
  /// Whether other software has changed the document since Parley last wrote it. Needs no query.
  [[nodiscard]] static bool holds_news(const Fields& document);
  /// Whether a document without a log is so young that its creation may still be under way.
  [[nodiscard]] bool is_being_created(const Fields& document) const;
  /// Appends all foreign data: from the session's document and from its messages. `row`
  /// is the row in the log; it is empty if there is no log or the log is not complete.
  [[nodiscard]] Result<Adoption> adopt(Client& client, const Fields& document, std::optional<domain::SessionRow> row);
  /// Threads: any.
  [[nodiscard]] Entropy& entropy() { return entropy_; }

 private:
  friend class AdoptionRun;
  /// One generator, shared by the reader threads.
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

  Dependencies deps_;
  SharedEntropy entropy_;
  std::mutex mutex_;
  std::set<std::string> told_;  // guarded by mutex_; at most limits::mongo_left_alone_remembered
};

}  // namespace parley::store::mongo
