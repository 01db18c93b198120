#include "store/mongo/adoption/adoption_run.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "domain/created.hpp"
#include "domain/error_code.hpp"
#include "domain/extensions.hpp"
#include "store/mongo/documents/session_document.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::string_view adopts_field = "adopts";  // the `_id`s of the messages that a document of the log adopts
constexpr std::string_view number_field = "parley.number";
constexpr std::string_view seq_field = "parley.seq";
constexpr int look_tries = 4;    // attempts for a document that changes while it is taken in
constexpr int number_tries = 4;  // of 2^40 numbers: by chance more attempts are never needed

Document exists(bool wanted) {
  Document made;
  made.boolean("$exists", wanted);
  return made;
}

Document set(const Document& fields) {
  Document made;
  made.document("$set", fields);
  return made;
}

/// The adopted messages of a document of the log.
std::vector<AdoptionPlan::Adopted> adopted_in(const StoredDocument& document) {
  std::vector<AdoptionPlan::Adopted> adopted;
  for (std::uint32_t seq = document.first; seq <= document.last(); ++seq) {
    const auto entry = domain::decode_record(seq, document.records[seq - document.first]);
    const auto core = entry ? domain::decode_core(entry->core) : std::unexpected(entry.error());
    const auto id = core ? domain::read_adopted_id(*core) : std::unexpected(core.error());
    if (id) adopted.push_back({*id, seq});  // damage is reported when the entry itself is read
  }
  return adopted;
}

/// The state of the document that led to this entry; empty: the entry does not come from the session's document.
std::optional<DocumentState> adopted_state(BytesView record, std::uint32_t seq) {
  const auto entry = domain::decode_record(seq, record);
  const auto core = entry ? domain::decode_core(entry->core) : std::unexpected(entry.error());
  if (!core || (core->flags & domain::flag_adopted) == 0) return std::nullopt;
  const auto said_end = domain::read_original_time(*core);
  const std::optional<Timestamp> ended_at = said_end ? std::optional(*said_end) : std::nullopt;
  switch (core->kind) {
    case domain::EntryKind::participant:
      return DocumentState{domain::SessionStatus::active, std::nullopt};
    case domain::EntryKind::ended:
      return DocumentState{domain::SessionStatus::ended, ended_at};
    case domain::EntryKind::reopened:
      return DocumentState{domain::SessionStatus::active, ended_at};
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<Adoption> AdoptionRun::run(std::optional<SessionNumber> number, std::optional<domain::SessionRow> row) {
  number_ = number;
  auto page = texts_.next();
  if (!page) return std::unexpected(page.error());
  adoption_.left_alone = std::move(page->left_alone);
  if (!number_)  // adoption has not begun yet
    if (auto named = texts_.name_marked(adoption_.left_alone); !named) return std::unexpected(named.error());
  if (row && page->texts.empty() && !page->more && !has_news(session_)) {
    adoption_.row = std::move(row);
    return std::move(adoption_);
  }
  if (auto taken = take_in(*std::move(page)); !taken) return std::unexpected(taken.error());
  adoption_.is_new = !row;
  adoption_.row = std::move(standing_.row);
  return std::move(adoption_);
}

// If the document has changed since it was read, it is read again. After look_tries attempts the next call continues.
Result<void> AdoptionRun::take_in(ForeignTexts::Page page) {
  for (int tries = 0; tries < look_tries; ++tries) {
    if (auto stood = stand(); !stood) return stood;
    if (auto appended = append_all(std::exchange(page, {})); !appended) return appended;
    if (!session_.seq) return finish();
    if (!has_news(session_)) return {};
    const auto settled = settle_document();
    if (!settled) return std::unexpected(settled.error());
    if (*settled) return {};
  }
  return {};
}

Result<void> AdoptionRun::append_all(ForeignTexts::Page page) {
  for (;;) {
    if (auto appended = append(std::move(page.texts), page.more); !appended) return appended;
    if (!page.more) return {};
    auto next = texts_.next();
    if (!next) return std::unexpected(next.error());
    page = *std::move(next);
    std::ranges::move(page.left_alone, std::back_inserter(adoption_.left_alone));
  }
}

// A taken place means that another node has made progress, so this loop ends.
Result<void> AdoptionRun::append(std::vector<ForeignText> texts, bool more) {
  const Adopter::Dependencies& around = adopter_.deps_;
  for (;;) {
    auto unknown = without_known(std::move(texts));
    if (!unknown) return std::unexpected(unknown.error());
    AdoptionPlan plan(session_, standing_, {news_of(session_, known_, standing_.row), *std::move(unknown), more});
    Written written = Written::yes;
    while (written == Written::yes && !plan.is_done()) {
      if (standing_.head.seq + around.entries_max > limits::text_seq_max)
        return refuse(ErrorCode::session_full, "The session is full", session_.id.to_string());
      auto batch = plan.make(standing_, around.clock.now(), around.entries_max, adopter_.entropy_);
      const auto done = write(batch);
      if (!done) return std::unexpected(done.error());
      written = *done;
      if (written == Written::place_taken) continue;
      plan.take(batch);
      if (!batch.document.row.empty()) row_seq_ = batch.after.head.seq;
      standing_ = std::move(batch.after);
      adoption_.messages += batch.adopted.size();
      around.state.note_foreign_writes(batch.document.entries.size());
      if (auto marked = mark(batch.adopted); !marked) return marked;
    }
    if (written == Written::yes) return {};
    texts = plan.rest();
    if (auto stood = stand(); !stood) return stood;
  }
}

Result<AdoptionRun::Written> AdoptionRun::write(AdoptionPlan::Batch& batch) {
  batch.document.at = adopter_.deps_.places.draw();
  std::array<Document, 1> documents = {encode_log_document(batch.document)};
  Array adopts;
  for (const AdoptionPlan::Adopted& each : batch.adopted) adopts.id(each.id);
  if (adopts.size() > 0) documents[0].array(adopts_field, adopts.as_document());
  return judge(client_.insert(collection::log, documents), batch.document.at);
}

// A write without an answer is not retried here. It may have succeeded, and the next reader of the session reads the result.
Result<AdoptionRun::Written> AdoptionRun::judge(const Outcome<WriteResult>& result, std::int64_t place) {
  const Adopter::Dependencies& around = adopter_.deps_;
  const auto failure = first_failure(result);
  if (failure && failure->kind == FailureKind::unknown)
    around.places.abandon(place, around.clock.steady_now() + limits::mongo_stray_write_life);
  else
    around.places.settle(place);
  if (!failure) return Written::yes;
  if (failure->kind == FailureKind::duplicate_key) return Written::place_taken;
  return std::unexpected(to_error(*failure));
}

// Reads the end of the log before its row. A row newer than that end belongs to a taken place, and the append then notices it.
Result<void> AdoptionRun::stand() {
  for (int tries = 0; tries < number_tries; ++tries) {
    if (!number_)
      if (auto claimed = claim_number(); !claimed) return claimed;
    const auto last = view_.last(*number_, Reading::newest);
    if (!last) return std::unexpected(last.error());
    if (!*last) {
      standing_ = {domain::genesis(session_.id), first_row(session_, *number_, adopter_.entropy_.bytes<32>(), adopter_.deps_.roles)};
      known_.reset();
      return {};
    }
    const auto entry = domain::decode_entry(**last);
    if (!entry) return std::unexpected(adopter_.deps_.state.note_damage(*number_, (*last)->seq, entry.error().detail));
    auto row = read_row();
    if (!row) return std::unexpected(row.error());
    if (row->id == session_.id) {
      standing_ = {domain::head_after(*entry), *std::move(row)};
      return look_again();
    }
    of_another_ = std::exchange(number_, std::nullopt);
  }
  return refuse(ErrorCode::store_failed, "The store cannot be reached", "no free number for session " + session_.id.to_string());
}

Result<void> AdoptionRun::done(const Outcome<WriteResult>& result) {
  const auto failure = first_failure(result);
  if (!failure) return {};
  if (failure->kind == FailureKind::unfit) adopter_.deps_.state.note_refusal(failure->message);
  return std::unexpected(to_error(*failure));
}

Result<domain::SessionRow> AdoptionRun::read_row() {
  StoreState& state = adopter_.deps_.state;
  const auto newest = view_.newest_row(*number_);
  if (!newest) return std::unexpected(newest.error());
  if (!*newest) return std::unexpected(state.note_damage(*number_, 0, "the log has no session row"));
  auto row = domain::decode_session_row((*newest)->row);
  if (!row) return std::unexpected(state.note_damage(*number_, 0, "the session row: " + row.error().message + " " + row.error().detail));
  row_seq_ = (*newest)->seq;
  return row;
}

// A document that has become unreadable keeps its earlier state here. The next read reports it.
Result<void> AdoptionRun::look_again() {
  const auto found = client_.find(collection::sessions, by_id(session_.object_id), {.limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (!found->empty())
    if (auto again = read_foreign_session(found->front()); again && again->id == session_.id) session_ = *std::move(again);
  auto known = known_state();
  if (!known) return std::unexpected(known.error());
  known_ = *known;
  return {};
}

Result<std::optional<DocumentState>> AdoptionRun::known_state() {
  std::optional<DocumentState> known = session_.wrote;
  if (!session_.seq || !has_news(session_)) return known;
  const auto changes = view_.row_changes(*number_, *session_.seq);
  if (!changes) return std::unexpected(changes.error());
  // Stop at the end of the log that `standing_` holds. Changes that another node took in later would otherwise
  // be known without the row that goes with them. The append then meets a taken place, and both are read again.
  for (const StoredDocument& change : *changes)
    for (std::uint32_t seq = change.first; seq <= std::min(change.last(), standing_.head.seq); ++seq)
      if (auto state = adopted_state(change.records[seq - change.first], seq)) known = state;
  return known;
}

/// The document gets the number before anything is written under it, with write concern majority: so two nodes never create two logs.
Result<void> AdoptionRun::claim_number() {
  const auto drawn = draw_free_number();
  if (!drawn) return std::unexpected(drawn.error());
  Document query = by_id(session_.object_id);
  if (of_another_)
    query.int64(number_field, static_cast<std::int64_t>(of_another_->value));
  else
    query.document(number_field, exists(false));
  Document fields;
  fields.int64(number_field, static_cast<std::int64_t>(drawn->value));
  const std::array<Document, 1> claim = {update_of(query, set(fields))};
  if (auto claimed = done(client_.update(collection::sessions, claim)); !claimed) return claimed;
  const auto number = number_in_document();
  if (!number) return std::unexpected(number.error());
  number_ = *number;
  return {};
}

Result<SessionNumber> AdoptionRun::number_in_document() {
  const auto found = client_.find(collection::sessions, by_id(session_.object_id), {.limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  const auto parley = found->empty() ? std::nullopt : Fields(found->front()).document("parley");
  const auto number = parley ? parley->integer("number") : std::nullopt;
  if (!number)
    return refuse(ErrorCode::store_failed, "The store cannot be reached", "session " + session_.id.to_string() + " got no number");
  return SessionNumber{static_cast<std::uint64_t>(*number)};
}

// A log already exists if the session's document was lost and other software wrote it again.
Result<SessionNumber> AdoptionRun::draw_free_number() {
  const auto own = view_.number_of(session_.id);
  if (!own) return std::unexpected(own.error());
  if (*own && *own != of_another_) return **own;
  for (;;) {
    const SessionNumber number = domain::draw_session_number(adopter_.entropy_);
    const auto last = view_.last(number, Reading::committed);
    if (!last) return std::unexpected(last.error());
    if (!*last) return number;
  }
}

Result<std::vector<ForeignText>> AdoptionRun::without_known(std::vector<ForeignText> texts) {
  if (standing_.head.seq == 0 || texts.empty()) return texts;
  Array ids;
  for (const ForeignText& text : texts) ids.id(text.id);
  Document any;
  any.array("$in", ids.as_document());
  Document filter = id_range(*number_, 1, limits::seq_max);
  filter.document(adopts_field, any);
  std::unordered_map<ObjectId, std::uint32_t> seqs;
  const auto read = client_.each(collection::log, filter, {}, [&](const Fields& fields) {
    if (const auto document = decode_log_document(fields))
      for (const AdoptionPlan::Adopted& each : adopted_in(*document)) seqs.emplace(each.id, each.seq);
    return true;
  });
  if (!read) return std::unexpected(to_error(read.error()));
  std::vector<AdoptionPlan::Adopted> known;
  std::erase_if(texts, [&](const ForeignText& text) {
    const auto found = seqs.find(text.id);
    if (found != seqs.end()) known.push_back({text.id, found->second});
    return found != seqs.end();
  });
  if (auto marked = mark(known); !marked) return std::unexpected(marked.error());
  return texts;
}

Result<void> AdoptionRun::mark(const std::vector<AdoptionPlan::Adopted>& adopted) {
  std::vector<Document> updates;
  for (const AdoptionPlan::Adopted& each : adopted) {
    Document fields;
    fields.int32("seq", static_cast<std::int32_t>(each.seq));
    updates.push_back(update_of(by_id(each.id), set(fields)));
  }
  if (updates.empty()) return {};
  return done(client_.update(collection::chat, updates));
}

Result<void> AdoptionRun::finish() {
  Document query = by_id(session_.object_id);
  query.document(seq_field, exists(false));
  Document fields;
  fields.int32(seq_field, static_cast<std::int32_t>(standing_.head.seq));
  fields.array("parley.others", Document()).document("parley.wrote", written_state(session_.state));
  const std::array<Document, 1> updates = {update_of(query, set(fields))};
  return done(client_.update(collection::sessions, updates));
}

Result<bool> AdoptionRun::settle_document() {
  const std::array<Document, 1> updates = {settle_session(standing_.row, row_seq_, session_)};
  const auto result = client_.update(collection::sessions, updates);
  if (auto written = done(result); !written) return std::unexpected(written.error());
  return result->matched > 0;
}

}  // namespace parley::store::mongo
