#include "store/mongo/log/erasure.hpp"

#include <array>
#include <string>

#include "domain/error_code.hpp"
#include "store/mongo/log/log_view.hpp"

namespace parley::store::mongo {

namespace {

Outcome<void> done_or(const Outcome<WriteResult>& result) {
  if (auto failure = first_failure(result)) return std::unexpected(*std::move(failure));
  return {};
}

Outcome<void> update_one(Client& client, const Document& query, const Document& change) {
  const std::array statement = {update_of(query, change)};
  return done_or(client.update(collection::log, statement));
}

Outcome<void> forget_pending(Client& client, std::int64_t id) {
  Document fields;
  fields.boolean(pending_field, true);
  Document change;
  change.document("$unset", fields);
  return update_one(client, range_of("_id", id, id), change);
}

/// Empties the body and removes the mark `pending`. A failure here has an unknown outcome, because the deletion is in the log already.
Outcome<void> empty_and_forget(Client& client, std::int64_t deletion, const Document& query, const Document& change) {
  auto done = update_one(client, query, change);
  if (done) done = forget_pending(client, deletion);
  if (!done) return std::unexpected(Failure{FailureKind::unknown, done.error().code, done.error().message});
  return {};
}

}  // namespace

Outcome<void> erase_in_steps(Client& client, const Document& deletion, const Document& query, const Document& change) {
  const std::int64_t id = Fields(deletion).integer("_id").value_or(0);
  const auto inserted = done_or(client.insert(collection::log, {&deletion, 1}));
  if (!inserted) return inserted;
  return empty_and_forget(client, id, query, change);
}

Result<void> finish_erasures(Client& client, StoreState& state) {
  Document filter;
  filter.boolean(pending_field, true);
  const auto pending = client.find(collection::log, filter);
  if (!pending) return std::unexpected(to_error(pending.error()));
  LogView view(client, state);
  for (const Document& found : *pending) {
    const auto deletion = decode_log_document(found);
    if (!deletion) return std::unexpected(deletion.error());
    if (!deletion->erases) return refuse(ErrorCode::log_corrupt, "The log of this session is damaged", "a pending erasure names no entry");
    const auto target = view.document_of(deletion->session, *deletion->erases);
    if (!target) return std::unexpected(target.error());
    if (!*target)
      return refuse(ErrorCode::log_corrupt, "The log of this session is damaged", "a pending erasure names an entry that is not there");
    const auto entry = view.entry_of(**target, *deletion->erases);
    if (!entry) return std::unexpected(entry.error());
    const auto emptied = domain::emptied(*entry);
    if (!emptied) return std::unexpected(emptied.error());
    const auto done = empty_and_forget(client, log_id(deletion->session, deletion->first),
                                       id_range((*target)->session, (*target)->first, (*target)->first), set_record(**target, *emptied));
    if (!done) return std::unexpected(to_error(done.error()));
  }
  return {};
}

}  // namespace parley::store::mongo
