// Two reads. The message id contains the session's number, so the first read finds the session (a foreign id is looked up). The second read
// runs when everything sent before is committed. It finds the text, and the first and last live text without it.
#include "service/use_cases/delete_message.hpp"

#include <utility>

#include "base/utf8.hpp"
#include "domain/authorization.hpp"
#include "domain/extensions.hpp"
#include "service/session/deliver.hpp"
#include "service/shared/refusals.hpp"
#include "service/use_cases/live_texts.hpp"

namespace parley::service {
namespace {

class DeleteStep final : public Step {
 public:
  DeleteStep(Answer<Deleted> answer, CallerPtr caller, const ObjectId& message, std::uint32_t seq)
      : answer_(std::move(answer)), caller_(std::move(caller)), message_(message), seq_(seq) {}

  Decision decide(const Outlook& outlook) override;
  Result<void> read(store::LogReader& reader, store::Directory& directory) override;
  void forget_read() override { found_.reset(); }
  void committed(SessionState& session, const Committed& committed) override;
  void refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  struct Found {
    std::optional<StoredText> target;          // nothing: no such live text
    std::optional<Timestamp> first_live_text;  // without the target
    std::optional<Timestamp> last_live_text;
  };
  [[nodiscard]] Result<std::optional<StoredText>> read_target(store::LogReader& reader) const;
  [[nodiscard]] domain::Draft make_draft(const Outlook& outlook) const;

  Answer<Deleted> answer_;
  CallerPtr caller_;
  ObjectId message_;
  std::uint32_t seq_;  // of the message
  SessionNumber number_;
  std::optional<Found> found_;
};

Decision DeleteStep::decide(const Outlook& outlook) {
  // The counters after the deletion depend on every entry before it, so it waits until all of them are in the log.
  if (outlook.in_flight != Outlook::InFlight::nothing) return WaitForTurn{};
  number_ = outlook.row.number;
  if (!found_) return Read{};
  if (!found_->target) return Refuse{message_not_found()};
  const StoredText& target = *found_->target;
  if (auto allowed = domain::authorize_delete(target.sender, caller_->user); !allowed) return Refuse{std::move(allowed.error())};

  Propose proposal;
  proposal.draft = make_draft(outlook);
  proposal.draft.deletion =
      domain::Deletion{target.sender_role, code_point_count(target.text), found_->first_live_text, found_->last_live_text};
  proposal.erase_body_of = target.seq();
  return proposal;
}

domain::Draft DeleteStep::make_draft(const Outlook& outlook) const {
  const domain::User& user = caller_->user;
  const domain::Participant* participant = outlook.row.participant(user.id);
  domain::Draft draft;
  draft.kind = domain::EntryKind::deleted;
  draft.time = answer_.shard().context().deps.clock.now();
  draft.sender = user.id;
  draft.sender_role = participant != nullptr ? participant->role : user.role;
  draft.extensions.push_back(domain::target_seq_extension(found_->target->seq()));
  draft.extensions.push_back(domain::target_id_extension(found_->target->id));
  // The audit record of docs/api-contract.md §4.4.
  if (!user.email.empty()) draft.attributes.push_back({"email", user.email});
  if (!caller_->address.empty()) draft.attributes.push_back({"address", caller_->address});
  if (!caller_->user_agent.empty()) draft.attributes.push_back({"userAgent", caller_->user_agent});
  return draft;
}

Result<std::optional<StoredText>> DeleteStep::read_target(store::LogReader& reader) const {
  const auto encoded = reader.entry(number_, seq_);
  if (!encoded && encoded.error().code == ErrorCode::not_found) return std::nullopt;
  if (!encoded) return std::unexpected(encoded.error());
  auto entry = domain::decode_entry(*encoded);
  if (!entry) return std::unexpected(entry.error());
  if (entry->core.kind != domain::EntryKind::text) return std::nullopt;
  StoredText text = stored_text(std::move(*entry));
  if (text.id != message_ || !text.live()) return std::nullopt;
  return text;
}

Result<void> DeleteStep::read(store::LogReader& reader, store::Directory&) {
  auto target = read_target(reader);
  if (!target) return std::unexpected(target.error());
  Found found;
  found.target = std::move(*target);
  if (found.target) {
    auto texts = LiveTexts::open(reader, number_);
    if (!texts) return std::unexpected(texts.error());
    // Two texts at each end are enough: the target is at most one of them.
    const auto oldest = texts->range(1, 2);
    if (!oldest) return std::unexpected(oldest.error());
    const auto newest = texts->range(texts->total() > 1 ? texts->total() - 1 : 1, 2);
    if (!newest) return std::unexpected(newest.error());
    for (auto text = oldest->rbegin(); text != oldest->rend(); ++text) {
      if (text->seq() != found.target->seq()) found.first_live_text = text->logged_at;
    }
    for (const StoredText& text : *newest) {
      if (text.seq() != found.target->seq()) found.last_live_text = text.logged_at;
    }
  }
  found_ = std::move(found);
  return {};
}

void DeleteStep::committed(SessionState& session, const Committed& committed) {
  answer_(Deleted{});
  deliver_deletion(answer_.shard(), session, {message_, caller_->user.id, committed.seq, committed.timestamp});
}

struct TextPlace {
  SessionId session;
  std::uint32_t seq = 0;
};

Result<std::optional<TextPlace>> find_place(store::Directory& directory, const ObjectId& message) {
  domain::EntryAddress address = domain::address_of(message);
  auto row = directory.find_session(address.session);
  if (row && !*row) {
    const auto adopted = directory.find_message(message);
    if (!adopted) return std::unexpected(adopted.error());
    if (!*adopted) return std::optional<TextPlace>{};
    address = **adopted;
    row = directory.find_session(address.session);
  }
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<TextPlace>{};
  return TextPlace{(*row)->id, address.seq};
}

}  // namespace

void delete_message(Invocation by, const std::string& message_id, Done<Deleted> done) {
  const auto id = ObjectId::parse(message_id);
  if (!id) {
    done(std::unexpected(message_not_found()));
    return;
  }
  SessionShard& home = by.router.shard_at(by.from);
  const SessionShard::Turn turn(home);
  home.read<std::optional<TextPlace>>(
      [id = *id, &directory = by.router.context().deps.store.directory()](store::LogReader&) { return find_place(directory, id); },
      [by = std::move(by), &home, id = *id, done = std::move(done)](Result<std::optional<TextPlace>> place) mutable {
        const std::size_t from = by.from.index();
        if (!place) return home.answer<Deleted>(from, std::move(done), std::unexpected(std::move(place.error())));
        if (!*place) return home.answer<Deleted>(from, std::move(done), std::unexpected(message_not_found()));
        const SessionId session = (*place)->session;
        Answer<Deleted> answer(by.router.shard_of(session), by.from, std::move(done));
        by.router.submit(by.from, session, std::make_unique<DeleteStep>(std::move(answer), std::move(by.caller), id, (*place)->seq));
      });
}

}  // namespace parley::service
