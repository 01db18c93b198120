// Decides which entries adoption appends to a log, in which order. Pure: nodes that read the same documents plan the same entries.
//
// Order    `created`; then `adopted`, which holds the number of messages and the last one. Then
//          messages, start and end by their own times; messages of equal time by `_id`. So messages
//          may follow an end: earlier servers accepted them. A reopening has no time and comes last.
// Times    The time of an entry is never before the previous entry's time (raised) and never in the
//          future (lowered). The extension `original time` keeps the time in the document.
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
#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

/// The end of the log of a session. `head.seq` 0: there is no log.
struct Standing {
  domain::Head head;
  domain::SessionRow row;
};

/// The row of a session that has no log yet: created, not started, not ended.
[[nodiscard]] domain::SessionRow first_row(const ForeignSession& session, SessionNumber number, const Secret32& secret,
                                           const domain::RoleSet& roles);
/// The changes in the document that are not in the log. `known`: the state of the document when it was last taken in.
[[nodiscard]] ForeignNews news_of(const ForeignSession& session, const std::optional<DocumentState>& known, const domain::SessionRow& row);

class AdoptionPlan {
 public:
  struct Foreign {
    ForeignNews news{};
    std::vector<ForeignText> texts{};  // in (time, `_id`) order, none of them in the log
    bool more = false;                 // later messages were not read yet, so later events must wait
  };
  AdoptionPlan(const ForeignSession& session, const Standing& standing, Foreign foreign);

  [[nodiscard]] bool is_done() const { return next_ == planned_.size(); }

  struct Adopted {
    ObjectId id;
    std::uint32_t seq = 0;
  };
  struct Batch {
    LogDocument document{};
    Standing after{};
    std::vector<Adopted> adopted{};
  };
  /// The next document, of at most `entries_max` entries, to be appended at `standing`. `make` writes nothing; call `take` after the write
  /// succeeded.
  [[nodiscard]] Batch make(const Standing& standing, Timestamp now, std::size_t entries_max, Entropy& entropy) const;
  void take(const Batch& batch) { next_ += batch.document.entries.size(); }
  /// The messages that are not taken yet.
  [[nodiscard]] std::vector<ForeignText> rest() const;

 private:
  enum class Kind : std::uint8_t { created, adopted, joined, text, ended, reopened };
  struct Planned {
    Kind kind;
    std::optional<Timestamp> time{};  // empty: the time of the head
    std::size_t text = 0;             // index
  };
  [[nodiscard]] domain::Draft draft_of(const Planned& planned, domain::SessionRow& row) const;
  [[nodiscard]] domain::Draft adopted_draft() const;
  [[nodiscard]] domain::Draft joined_draft(const Planned& planned, domain::SessionRow& row) const;
  /// `ended` and `reopened` carry the document's end time, so that the same change is recognized later.
  [[nodiscard]] domain::Draft life_draft(domain::EntryKind kind) const;
  [[nodiscard]] domain::Draft text_draft(const ForeignText& text) const;

  std::vector<ForeignText> texts_;
  std::optional<Timestamp> said_end_;  // in the document
  std::vector<Planned> planned_;
  std::size_t next_ = 0;
};

}  // namespace parley::store::mongo
