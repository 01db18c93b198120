// The order of the checks is a promise (ARCHITECTURE.md, "Order of checks"): the key comes after access and before end, rate and content,
// so that a retry succeeds whenever the first try did. Ack and delivery are released by the same commit, and only here:
// PublishStep::committed runs when the entry is durable, never before.
#include "service/use_cases/publish.hpp"

#include <utility>
#include <variant>

#include "api/answer.hpp"
#include "base/containers/recycled.hpp"
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

/// `{"success":true,"chatMessage":…[,"duplicate":true]}`.
protocol::socketio::PacketPtr write_sent(const SocketAnswer& answer, const MessageView& message) {
  return answer.write_success([&message](JsonWriter& writer) {
    writer.key("chatMessage");
    api::write_chat_event(writer, message);
    if (message.freshness == MessageView::Freshness::duplicate) writer.key("duplicate").boolean(true);
  });
}

void fail(const SocketAnswer& answer, const Error& error) {
  answer.fail(error);
  answer.emit_error(error);  // for clients that did not ask for an ack
}

/// The answer to a send, by either transport. `sent` or `refuse` is called, once, on the shard's thread, in a Turn.
class SendAnswer {
 public:
  SendAnswer(SessionShard& shard, Answer<MessageView> by_rest) : shard_(&shard), to_(std::move(by_rest)) {}
  SendAnswer(SessionShard& shard, SocketAnswer by_socket) : shard_(&shard), to_(std::move(by_socket)) {}

  /// The ack of a socket is written here: it needs no copy of the message for its own loop.
  void sent(const MessageView& message) {
    if (auto* rest = std::get_if<Answer<MessageView>>(&to_)) return (*rest)(message);
    const auto& socket = std::get<SocketAnswer>(to_);
    const ConnectionPtr& connection = socket.connection();
    if (auto packet = write_sent(socket, message)) shard_->outbox().send(connection->loop_index, connection->peer, std::move(packet));
  }
  void refuse(Error error) {
    if (auto* rest = std::get_if<Answer<MessageView>>(&to_)) return rest->refuse(std::move(error));
    auto& socket = std::get<SocketAnswer>(to_);
    const std::size_t loop_index = socket.connection()->loop_index;
    shard_->outbox().run(loop_index, [answer = std::move(socket), error = std::move(error)] { fail(answer, error); });
  }

  [[nodiscard]] SessionShard& shard() const { return *shard_; }

 private:
  SessionShard* shard_;
  std::variant<Answer<MessageView>, SocketAnswer> to_;
};

class PublishStep final : public Step, public Recycled<PublishStep> {
 public:
  struct Sent {
    TextField client_message_id;
    Content content;
    Transport transport;
  };
  PublishStep(SendAnswer answer, CallerPtr caller, Sent sent)
      : answer_(std::move(answer)), caller_(std::move(caller)), sent_(std::move(sent)) {}

  std::size_t bytes() const override { return sent_.content.text.size() + sent_.client_message_id.value.size(); }
  Decision decide(const Outlook& outlook) override;
  void take_back(domain::Body body) override;
  Result<void> read(store::LogReader& reader, store::Directory& directory) override;
  void forget_read() override { found_.reset(); }
  void committed(SessionState& session, const Committed& committed) override;
  void settled(SessionState& session) override;
  void refused(Error error) override;

 private:
  [[nodiscard]] std::optional<Decision> find_repeat(const Outlook& outlook);
  [[nodiscard]] Result<void> admit_rate();
  [[nodiscard]] Context& context() const { return answer_.shard().context(); }

  SendAnswer answer_;
  CallerPtr caller_;
  Sent sent_;
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

  const auto client_message_id = domain::accept_client_message_id(sent_.client_message_id);
  if (!client_message_id) return Refuse{client_message_id.error()};
  key_ = domain::idempotency_key(outlook.row.secret, caller_->user.id, *client_message_id);
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
  proposal.draft.text = std::move(sent_.content.text);  // until `take_back`
  proposal.draft.client_message_id = std::move(sent_.client_message_id.value);
  return proposal;
}

void PublishStep::take_back(domain::Body body) {
  sent_.content.text = std::move(body.text);
  sent_.client_message_id.value = std::move(body.client_message_id);
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
  MessageView& message = answer_.shard().scratch_message();
  message.sender = caller_->user;
  write_message_view(message, session.id(), *committed.text);
  answer_.sent(message);
  deliver_text(answer_.shard(), session, message);
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
  view.client_message_id = sent_.client_message_id.value;
  answer_.sent(view);
}

// Over REST a refusal of the content comes before every other refusal of the request.
void PublishStep::refused(Error error) {
  const Fault fault = error_row(error.code).fault;
  const bool is_of_request = fault == Fault::client || fault == Fault::session;
  if (sent_.transport == Transport::rest && sent_.content.refusal && is_of_request) error = *sent_.content.refusal;
  answer_.refuse(std::move(error));
}

/// Over REST the form is checked before access (docs/api-contract.md §4.1); over a socket only `sessionId` is. A text that is too long is
/// still looked up by its key.
Result<void> check_form(const SendMessage& request, const Content& content) {
  using domain::SessionField;
  const bool has_key = request.client_message_id.state != TextField::State::falsy;
  const bool may_be_repeat = has_key && !content.text.empty() && request.session.state == SessionField::State::given;
  if (request.transport == Transport::rest && content.refusal && !may_be_repeat) return std::unexpected(*content.refusal);
  if (request.session.state != SessionField::State::given) return std::unexpected(session_not_found());
  return {};
}

/// `refuse(Error)` refuses at once; `answer_from(SessionShard&)` gives the SendAnswer of a step on that shard.
template <typename Refuse, typename AnswerFrom>
void submit(Invocation by, SendMessage request, Refuse refuse, AnswerFrom answer_from) {
  if (request.session.state == domain::SessionField::State::falsy) return refuse(text_required());
  auto content = judge(std::move(request.message), by.router.context().config.message_length_max);
  if (auto checked = check_form(request, content); !checked) return refuse(std::move(checked.error()));
  const SessionId id = request.session.id;
  PublishStep::Sent sent{std::move(request.client_message_id), std::move(content), request.transport};
  by.router.submit(by.from, id, std::make_unique<PublishStep>(answer_from(by.router.shard_of(id)), std::move(by.caller), std::move(sent)));
}

}  // namespace

void publish(Invocation by, SendMessage request, Done<MessageView> done) {
  EventLoop& from = by.from;
  submit(
      std::move(by), std::move(request), [&done](Error error) { done(std::unexpected(std::move(error))); },
      [&](SessionShard& shard) { return SendAnswer(shard, Answer<MessageView>(shard, from, std::move(done))); });
}

void publish(Invocation by, SendMessage request, SocketAnswer answer) {
  submit(
      std::move(by), std::move(request), [&answer](const Error& error) { fail(answer, error); },
      [&answer](SessionShard& shard) { return SendAnswer(shard, std::move(answer)); });
}

}  // namespace parley::service
