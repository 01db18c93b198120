// What adoption appends to a log, and in which order: pure, so that every node that reads the same documents plans the same entries.
//
// Order    `created`; `adopted`, which says how many messages follow and which is the last; then messages, the start and the end by the
//          times they carry, messages of one time by `_id`. An end may so be followed by messages: earlier servers took them. A reopening
//          carries no time and comes last.
// Times    An entry's time is never before the one before it (raised) and never in the future (lowered); what the document said stays
//          in the extension `original time`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "domain/chain.hpp"
#include "domain/role.hpp"
#include "domain/session.hpp"
#include "store/mongo/foreign_document.hpp"
#include "store/mongo/layout.hpp"

namespace parley::store::mongo {

/// Where the log of a session stands. `head.seq` 0: there is none.
struct Standing {
  domain::Head head;
  domain::SessionRow row;
};

/// The row of a session that has no log yet: created, not started, not ended.
[[nodiscard]] domain::SessionRow first_row(const ForeignSession& session, SessionNumber number, const Secret32& secret,
                                           const domain::RoleSet& roles);
/// What the document says that is not in the log. `known`: what it said when it was last taken in.
[[nodiscard]] ForeignNews news_of(const ForeignSession& session, const std::optional<DocumentState>& known, const domain::SessionRow& row);

class AdoptionPlan {
 public:
  struct Foreign {
    ForeignNews news{};
    std::vector<ForeignText> texts{};  // in (time, `_id`) order, none of them in the log
    bool more = false;                 // later ones are not among them, so what is later waits
  };
  AdoptionPlan(const ForeignSession& session, const Standing& standing, Foreign foreign);

  [[nodiscard]] bool is_done() const { return next_ == steps_.size(); }

  struct Adopted {
    ObjectId id;
    std::uint32_t seq = 0;
  };
  struct Batch {
    LogDocument document{};
    Standing after{};
    std::vector<Adopted> adopted{};
  };
  struct Place {
    Timestamp now{};
    std::size_t entries_max = 0;  // of one document of the log
  };
  /// The next document, on top of `standing`. Nothing of it is written yet: `take` says that it was.
  [[nodiscard]] Batch make(const Standing& standing, const Place& place, Entropy& entropy) const;
  void take(const Batch& batch) { next_ += batch.document.entries.size(); }
  /// The messages that are not yet taken.
  [[nodiscard]] std::vector<ForeignText> rest() const;

 private:
  enum class Kind : std::uint8_t { created, adopted, joined, text, ended, reopened };
  struct Step {
    Kind kind;
    std::optional<Timestamp> time{};  // none: that of the head
    std::size_t text = 0;             // index
  };
  [[nodiscard]] domain::Draft draft_of(const Step& step, domain::SessionRow& row) const;
  [[nodiscard]] domain::Draft adopted_draft() const;
  [[nodiscard]] domain::Draft joined_draft(const Step& step, domain::SessionRow& row) const;
  /// `ended` and `reopened` carry the end that the document said: by it the fact is known again.
  [[nodiscard]] domain::Draft life_draft(domain::EntryKind kind) const;
  [[nodiscard]] domain::Draft text_draft(const ForeignText& text) const;

  std::vector<ForeignText> texts_;
  std::optional<Timestamp> said_end_;  // of the document
  std::vector<Step> steps_;
  std::size_t next_ = 0;
};

}  // namespace parley::store::mongo
