// The adoption of one session, step by step. Owner: one thread.
#pragma once

#include <optional>
#include <vector>

#include "store/mongo/adoption.hpp"
#include "store/mongo/adoption_plan.hpp"
#include "store/mongo/foreign_texts.hpp"
#include "store/mongo/log_view.hpp"

namespace parley::store::mongo {

class AdoptionRun {
 public:
  AdoptionRun(Adopter& adopter, Client& client, const ForeignSession& session)
      : adopter_(adopter),
        client_(client),
        session_(session),
        view_(client, adopter.surroundings_.state),
        texts_(client, session.id, adopter.surroundings_.roles, adopter.surroundings_.page_max) {}

  /// `number`: what the session's document says. `row`: what a complete log says.
  [[nodiscard]] Result<Adoption> run(std::optional<SessionNumber> number, std::optional<domain::SessionRow> row);

 private:
  enum class Written : std::uint8_t { yes, place_taken };

  [[nodiscard]] Result<void> append_all(ForeignTexts::Page page);
  [[nodiscard]] Result<void> append(std::vector<ForeignText> texts, bool more);
  [[nodiscard]] Result<Written> write(AdoptionPlan::Batch& batch);
  [[nodiscard]] Result<Written> judge(const Outcome<WriteResult>& result, std::int64_t place);

  /// Reads where the log stands, under the number that is the session's.
  [[nodiscard]] Result<void> stand();
  /// And where it is, in `row_seq_`.
  [[nodiscard]] Result<domain::SessionRow> read_row();
  [[nodiscard]] Result<void> claim_number();
  [[nodiscard]] Result<SessionNumber> number_in_document();
  [[nodiscard]] Result<SessionNumber> draw_free_number();
  /// Takes out those that the log has already, and writes their `seq` to them.
  [[nodiscard]] Result<std::vector<ForeignText>> without_known(std::vector<ForeignText> texts);
  /// What the database's own rules are against is told.
  [[nodiscard]] Result<void> done(const Outcome<WriteResult>& result);
  [[nodiscard]] Result<void> mark(const std::vector<AdoptionPlan::Adopted>& adopted);
  /// `parley.seq` in the session's document: from here on the session is given out.
  [[nodiscard]] Result<void> finish();
  /// Writes the document as the log says, once everything that it says is there. Whether it was still as it had been looked at.
  [[nodiscard]] Result<bool> settle_document();
  /// Reads the session's document again, after the end of the log: what it says now and is not in the log was not appended by anybody.
  [[nodiscard]] Result<void> look_again();
  /// What the document said when it was last taken in: by its own copy, or by entries that are newer than that.
  [[nodiscard]] Result<std::optional<DocumentState>> known_state();
  /// Appends everything, and the rest if another node was faster.
  [[nodiscard]] Result<void> take_in(ForeignTexts::Page page);

  Adopter& adopter_;
  Client& client_;
  ForeignSession session_;  // as it was last looked at
  LogView view_;
  ForeignTexts texts_;
  std::optional<SessionNumber> number_;
  std::optional<SessionNumber> of_another_;  // the document says this one, but another session's log is under it
  Standing standing_;
  std::optional<DocumentState> known_;
  std::uint32_t row_seq_ = 0;  // the newest row is in the document of the log that ends here
  Adoption adoption_;
};

}  // namespace parley::store::mongo
