// The adoption of one session, step by step. Owner: one thread.
#pragma once

#include <optional>
#include <vector>

#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/adoption/adoption_plan.hpp"
#include "store/mongo/adoption/foreign_texts.hpp"
#include "store/mongo/log/log_view.hpp"

namespace parley::store::mongo {

class AdoptionRun {
 public:
  AdoptionRun(Adopter& adopter, Client& client, const ForeignSession& session)
      : adopter_(adopter),
        client_(client),
        session_(session),
        view_(client, adopter.deps_.state),
        texts_(client, session.id, adopter.deps_.roles, adopter.deps_.page_max) {}

  /// `number`: the number in the session's document. `row`: the row of a complete log.
  [[nodiscard]] Result<Adoption> run(std::optional<SessionNumber> number, std::optional<domain::SessionRow> row);

 private:
  enum class Written : std::uint8_t { yes, place_taken };

  [[nodiscard]] Result<void> append_all(ForeignTexts::Page page);
  [[nodiscard]] Result<void> append(std::vector<ForeignText> texts, bool more);
  [[nodiscard]] Result<Written> write(AdoptionPlan::Batch& batch);
  [[nodiscard]] Result<Written> judge(const Outcome<WriteResult>& result, std::int64_t place);

  /// Reads the end of the log under the session's number.
  [[nodiscard]] Result<void> stand();
  /// Also sets `row_seq_`.
  [[nodiscard]] Result<domain::SessionRow> read_row();
  [[nodiscard]] Result<void> claim_number();
  [[nodiscard]] Result<SessionNumber> number_in_document();
  [[nodiscard]] Result<SessionNumber> draw_free_number();
  /// Removes the messages that are already in the log, and writes their `seq` to their documents.
  [[nodiscard]] Result<std::vector<ForeignText>> without_known(std::vector<ForeignText> texts);
  /// Reports a write that a rule of the database itself refuses.
  [[nodiscard]] Result<void> done(const Outcome<WriteResult>& result);
  [[nodiscard]] Result<void> mark(const std::vector<AdoptionPlan::Adopted>& adopted);
  /// Writes `parley.seq` to the session's document: from now on readers receive the session.
  [[nodiscard]] Result<void> finish();
  /// Updates the document from the log, once all its changes are in the log. False if the document has changed since it was last read.
  [[nodiscard]] Result<bool> settle_document();
  /// Reads the session's document again, after the end of the log. Changes that it holds and the log lacks were not appended by any node.
  [[nodiscard]] Result<void> look_again();
  /// The state of the document when it was last taken in: from its own copy, or from newer entries.
  [[nodiscard]] Result<std::optional<DocumentState>> known_state();
  /// Appends everything; if another node was faster, the remainder.
  [[nodiscard]] Result<void> take_in(ForeignTexts::Page page);

  Adopter& adopter_;
  Client& client_;
  ForeignSession session_;  // as last read
  LogView view_;
  ForeignTexts texts_;
  std::optional<SessionNumber> number_;
  std::optional<SessionNumber> of_another_;  // the document holds this number, but another session's log uses it
  Standing standing_;
  std::optional<DocumentState> known_;
  std::uint32_t row_seq_ = 0;  // the newest row is in the document of the log that ends at this seq
  Adoption adoption_;
};

}  // namespace parley::store::mongo
