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
  [[nodiscard]] Result<domain::SessionRow> read_row();
  [[nodiscard]] Result<void> claim_number();
  [[nodiscard]] Result<SessionNumber> number_in_document();
  [[nodiscard]] Result<SessionNumber> draw_free_number();
  /// Takes out those that the log has already, and writes their `seq` to them.
  [[nodiscard]] Result<std::vector<ForeignText>> without_known(std::vector<ForeignText> texts);
  /// What the database's own rules are against is told.
  [[nodiscard]] Result<void> done(const Outcome<WriteResult>& result);
  [[nodiscard]] Result<void> mark(const std::vector<AdoptionPlan::Adopted>& adopted);
  [[nodiscard]] Result<void> finish();
  /// Of a session that has ended in the log, whose document an earlier server made active again.
  [[nodiscard]] Result<void> end_document(const domain::SessionRow& row);

  Adopter& adopter_;
  Client& client_;
  const ForeignSession& session_;
  LogView view_;
  ForeignTexts texts_;
  std::optional<SessionNumber> number_;
  std::optional<SessionNumber> of_another_;  // the document says this one, but another session's log is under it
  Standing standing_;
  std::optional<std::uint32_t> row_seq_;  // the row changed, in the document that ends here
  Adoption adoption_;
};

}  // namespace parley::store::mongo
