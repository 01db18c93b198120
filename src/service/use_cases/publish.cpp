// The order of the checks is a promise (ARCHITECTURE.md, "Order of checks"): the key comes after access and before end, rate and content,
// so that a retry succeeds whenever the first try did. Ack and delivery are released by the same commit, and only here:
// PublishStep::committed runs when the entry is durable, never before.
#include "service/use_cases/publish.hpp"

#include <utility>

#include "base/limits.hpp"
#include "domain/authorization.hpp"
#include "domain/error_code.hpp"
#include "domain/validation.hpp"
#include "service/session/deliver.hpp"
#include "service/session/older_keys.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {
namespace {

using domain::MessageView;
using domain::TextField;
using Transport = SendMessage::Transport;

/// The content of a message, checked on arrival; its refusal is answered in the order of the checks. A text that is too long is kept if it
/// may have been allowed before: as a repeat it then gets the answer of that time (P3).
struct Content {
  std::string text;
  std::optional<Error> refusal;
};

Content judge(TextField field, std::size_t length_max) {
  auto text = domain::accept_message(std::move(field));
  if (!text) return {{}, std::move(text.error())};
  if (auto fits = domain::require_length(*text, length_max); !fits) {
    const bool was_never_allowed = !domain::require_length(*text, limits::message_utf16_units_max);
    return {was_never_allowed ? std::string() : *std::move(text), std::move(fits.error())};
  }
  return {*std::move(text), std::nullopt};
}

class PublishStep final : public Step {
 public:
  struct Sent {
    TextField client_message_id;
    Content content;
    Transport transport;
  };
  PublishStep(Answer<MessageView> answer, CallerPtr caller, Sent sent)
      : answer_(std::move(answer)), caller_(std::move(caller)), sent_(std::move(sent)) {}

  std::size_t bytes() const override { return sent_.content.text.size() + sent_.client_message_id.value.size(); }
  Decision decide(const Outlook& outlook) override;
  Result<void> read(store::LogReader& reader, store::Directory& directory) override;
  void forget_read() override { found_.reset(); }
  void committed(SessionState& session, const Committed& committed) override;
  void settled(SessionState& session) override;
  void refused(Error error) override;

 private:
  [[nodiscard]] std::optional<Decision> find_repeat(const Outlook& outlook);
  [[nodiscard]] Result<void> admit_rate();
  [[nodiscard]] Context& context() const { return answer_.shard().context(); }

  Answer<MessageView> answer_;
  CallerPtr caller_;
  Sent sent_;
  std::string client_message_id_;
  Key16 key_{};
  SessionNumber number_;
  std::optional<std::uint32_t> repeat_of_;  // the seq of the entry with this key
  bool rate_counted_ = false;               // a send counts once, however often it is decided

  std::optional<StoredText> found_;  // found by a lookup
  std::uint32_t asked_below_ = 1;    // the lookup covers the entries below this
  std::uint32_t nothing_below_ = 1;  // no entry below it has this key; appends cannot change this
};

Decision PublishStep::decide(const Outlook& outlook) {
  auto participant = domain::authorize_participant(outlook.row, caller_->user);
  if (!participant) return Refuse{std::move(participant.error())};

  auto client_message_id = domain::accept_client_message_id(sent_.client_message_id);
  if (!client_message_id) return Refuse{std::move(client_message_id.error())};
  client_message_id_ = std::move(*client_message_id);
  key_ = domain::idempotency_key(outlook.row.secret, caller_->user.id, client_message_id_);
  number_ = outlook.row.number;
  if (auto repeat = find_repeat(outlook)) return std::move(*repeat);

  if (auto open = domain::require_open(outlook.row); !open) return Refuse{std::move(open.error())};
  if (auto admitted = admit_rate(); !admitted) return Refuse{std::move(admitted.error())};
  if (sent_.content.refusal) return Refuse{*sent_.content.refusal};
  if (outlook.head.seq >= limits::text_seq_max) return Refuse{session_full()};

  Propose proposal;
  proposal.draft.time = context().deps.clock.now();
  proposal.draft.sender = caller_->user.id;
  proposal.draft.sender_role = std::move(participant->role);
  proposal.draft.key = key_;
  proposal.draft.text = sent_.content.text;
  proposal.draft.client_message_id = client_message_id_;
  return proposal;
}

std::optional<Decision> PublishStep::find_repeat(const Outlook& outlook) {
  repeat_of_.reset();
  if (key_ == Key16{}) return std::nullopt;
  const KeyIndex& keys = outlook.session.keys;
  repeat_of_ = keys.find(key_);
  // In flight (answered when it is committed), or committed and in memory.
  if (repeat_of_ && (*repeat_of_ > outlook.session.head.seq || outlook.session.texts.find(*repeat_of_) != nullptr)) return Settle{};
  if (found_) {
    repeat_of_ = found_->seq();
    return Settle{};
  }
  if (!repeat_of_ && !keys.may_be_older(key_, nothing_below_)) return std::nullopt;
  asked_below_ = keys.exact_from();
  return Read{};
}

Result<void> PublishStep::read(store::LogReader& reader, store::Directory&) {
  const auto seq = reader.find_key(number_, key_);
  if (!seq) return std::unexpected(seq.error());
  if (!*seq) {
    if (repeat_of_) return std::unexpected(overloaded());  // the session knows the entry, the reader not yet
    nothing_below_ = asked_below_;
    return {};
  }
  const auto encoded = reader.entry(number_, **seq);
  if (!encoded) return std::unexpected(encoded.error());
  auto entry = domain::decode_entry(*encoded);
  if (!entry) return std::unexpected(entry.error());
  if (entry->core.kind != domain::EntryKind::text) return std::unexpected(idempotency_conflict());
  found_ = stored_text(std::move(*entry));
  return {};
}

Result<void> PublishStep::admit_rate() {
  if (sent_.transport != Transport::socket || rate_counted_) return {};
  const auto admission = context().rates.admit(caller_->user.id, EventKind::chat, context().config.rates.chat);
  if (!admission.admitted) {
    count(context().counters.refused_rate_limited);
    return std::unexpected(rate_limited("chat", admission.retry_after_ms));
  }
  rate_counted_ = true;
  return {};
}

void PublishStep::committed(SessionState& session, const Committed& committed) {
  count(context().counters.messages_stored);
  answer_(message_view(session.id(), *committed.text, caller_->user));
  deliver_text(answer_.shard(), session, *committed.text);
  if (key_ != Key16{}) read_older_keys(answer_.shard(), session);
}

void PublishStep::settled(SessionState& session) {
  const StoredText* original = session.texts.find(*repeat_of_);
  if (original == nullptr && found_) original = &*found_;
  if (original == nullptr) {  // pushed out of the tail by later commits
    answer_.refuse(overloaded());
    return;
  }
  if (original->live() && original->text != sent_.content.text) {
    refused(idempotency_conflict());
    return;
  }
  MessageView view = message_view(session.id(), *original, caller_->user);
  view.freshness = MessageView::Freshness::duplicate;
  view.client_message_id = client_message_id_;
  answer_(std::move(view));
}

// Over REST a refusal of the content comes before every other refusal of the request.
void PublishStep::refused(Error error) {
  const Fault fault = error_row(error.code).fault;
  const bool is_of_request = fault == Fault::client || fault == Fault::session;
  if (sent_.transport == Transport::rest && sent_.content.refusal && is_of_request) error = *sent_.content.refusal;
  answer_.refuse(std::move(error));
}

}  // namespace

// Over REST the form is checked before access (docs/api-contract.md §4.1); over a socket only `sessionId` is. A text that is too long is
// still looked up by its key.
void publish(Invocation by, SendMessage request, Done<MessageView> done) {
  using domain::SessionField;
  if (request.session.state == SessionField::State::falsy) return done(std::unexpected(text_required()));
  auto content = judge(std::move(request.message), by.router.context().config.message_length_max);
  const bool has_key = request.client_message_id.state != TextField::State::falsy;
  const bool may_be_repeat = has_key && !content.text.empty() && request.session.state == SessionField::State::given;
  if (request.transport == Transport::rest && content.refusal && !may_be_repeat) return done(std::unexpected(*std::move(content.refusal)));
  if (request.session.state != SessionField::State::given) return done(std::unexpected(session_not_found()));
  const SessionId id = request.session.id;
  Answer<MessageView> answer(by.router.shard_of(id), by.from, std::move(done));
  PublishStep::Sent sent{std::move(request.client_message_id), std::move(content), request.transport};
  by.router.submit(by.from, id, std::make_unique<PublishStep>(std::move(answer), std::move(by.caller), std::move(sent)));
}

}  // namespace parley::service
