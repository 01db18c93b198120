#include "store/mongo/adoption/adoption.hpp"

#include <utility>

#include "store/mongo/adoption/adoption_run.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

std::optional<SessionNumber> number_of(const Fields& document) {
  const auto parley = document.document("parley");
  const auto number = parley ? parley->integer("number") : std::nullopt;
  if (!number || *number <= 0) return std::nullopt;
  return SessionNumber{static_cast<std::uint64_t>(*number)};
}

}  // namespace

bool Adopter::is_complete(const Fields& document) {
  const auto parley = document.document("parley");
  return number_of(document) && parley->integer("seq");
}

bool Adopter::holds_news(const Fields& document) {
  const auto session = read_foreign_session(document);
  return session && has_news(*session);
}

bool Adopter::is_being_created(const Fields& document) const {
  const auto created_at = document.date("createdAt");
  return created_at && *created_at + limits::mongo_stray_write_life > deps_.clock.now();
}

Result<Adoption> Adopter::adopt(Client& client, const Fields& document, std::optional<domain::SessionRow> row) {
  const auto session = read_foreign_session(document);
  if (!session) {
    Adoption adoption{.row = std::move(row)};
    adoption.left_alone.push_back({std::string(collection::sessions), id_of(document), session.error()});
    tell(adoption.left_alone.back());
    return adoption;
  }
  auto adoption = AdoptionRun(*this, client, *session).run(number_of(document), std::move(row));
  if (!adoption) return adoption;
  for (const LeftAlone& each : adoption->left_alone) tell(each);
  // Another call may have appended the entries a moment ago without having informed
  // the loops yet. So inform them now: the caller must not continue with old data.
  if (adoption->row) deps_.announce(adoption->row->number);
  if (adoption->is_new || adoption->messages > 0)
    deps_.logs.write(LogLevel::info, "store", "adopted from an earlier server",
                     {{"session", session->id.to_string()}, {"messages", std::to_string(adoption->messages)}});
  return adoption;
}

void Adopter::tell(const LeftAlone& document) {
  const std::lock_guard lock(mutex_);
  if (told_.size() >= limits::mongo_left_alone_remembered) told_.clear();
  if (!told_.insert(document.collection + document.id).second) return;
  deps_.logs.write(LogLevel::warning, "store", "a document of an earlier server is left alone",
                   {{"collection", document.collection}, {"_id", document.id}, {"reason", document.reason}});
}

}  // namespace parley::store::mongo
