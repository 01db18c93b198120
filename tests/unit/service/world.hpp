// A whole service over the model store, driven by hand: two loops, users, sockets. The tests of the service use this.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "domain/error_code.hpp"
#include "service/chat_service.hpp"
#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"
#include "support/model_store.hpp"
#include "support/scripted_ice_checker.hpp"

namespace parley::test {

using domain::Caller;
using domain::SessionField;
using domain::TextField;
using domain::User;
using service::ChatService;

/// A token is `<name>`. It is valid for each introduced user.
class TestAuthenticator final : public auth::Authenticator {
 public:
  std::expected<auth::Identity, auth::AuthFailure> authenticate(std::string_view token) override {
    if (token == "revoked" || revoked.contains(sha256({token}))) return std::unexpected(auth::AuthFailure::revoked);
    if (token == "nobody") return std::unexpected(auth::AuthFailure::user_not_found);
    const auto found = users.find(std::string(token));
    if (found == users.end()) return std::unexpected(auth::AuthFailure::invalid);
    return auth::Identity{found->second, {sha256({token}), std::nullopt}};
  }
  std::expected<auth::TokenOwner, auth::AuthFailure> owner_of(std::string_view token) override {
    const auto identity = authenticate(token);
    if (!identity) return std::unexpected(identity.error());
    return auth::TokenOwner{identity->user.id, identity->token};
  }
  void revoke(const domain::Revocation& revocation) override { revoked.insert(revocation.token); }
  std::map<std::string, User> users;
  std::set<domain::TokenId> revoked;
};

class RecordingRelay final : public relay::Relay {
 public:
  void publish(const SessionId& session, const domain::EncodedEntry& entry) override { published.emplace_back(session, entry.seq); }
  std::vector<std::pair<SessionId, std::uint32_t>> published;
};

/// Wraps the store's log. It can hide the tail of a conflict, as an engine may that does not know the entries in between.
class ReticentLog final : public store::SessionLog {
 public:
  explicit ReticentLog(store::SessionLog& log) : log_(log) {}
  void attach(EventLoop& loop, store::CommitListener& listener) override {
    listeners_.push_back(std::make_unique<Listener>(*this, listener));
    log_.attach(loop, *listeners_.back());
  }
  void append(EventLoop& loop, store::Append append) override { log_.append(loop, std::move(append)); }
  Result<void> read(ReadJob job) override { return log_.read(std::move(job)); }

  bool hides_tails = false;

 private:
  struct Listener final : store::CommitListener {
    Listener(ReticentLog& owner_, store::CommitListener& inner_) : owner(owner_), inner(inner_) {}
    void on_appended(std::span<store::AppendOutcome> outcomes) override {
      for (auto& outcome : outcomes) {
        if (owner.hides_tails) outcome.tail.clear();
      }
      inner.on_appended(outcomes);
    }
    void on_arrived(SessionNumber session) override { inner.on_arrived(session); }
    ReticentLog& owner;
    store::CommitListener& inner;
  };
  store::SessionLog& log_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

/// The ports of the model store, with the reticent log in front.
class WorldStore final : public store::Store {
 public:
  WorldStore(ModelStore& model, ReticentLog& log) : model_(model), log_(log) {}
  store::SessionLog& log() override { return log_; }
  store::Directory& directory() override { return model_; }
  store::SignallingRecord& signalling() override { return model_; }
  store::RevocationRecord& revocations() override { return model_; }
  store::ClockRecord& clock_record() override { return model_; }

 private:
  ModelStore& model_;
  ReticentLog& log_;
};

class TestPeer final : public protocol::socketio::Peer {
 public:
  TestPeer(EventLoop& loop, protocol::socketio::Handshake handshake) : loop_(loop), handshake_(std::move(handshake)) {}
  const std::string& sid() const override { return handshake_.sid; }
  const protocol::socketio::Handshake& handshake() const override { return handshake_; }
  EventLoop& loop() override { return loop_; }
  bool connected() const override { return true; }
  std::string_view transport() const override { return "websocket"; }
  void send_volatile(protocol::socketio::PacketPtr packet) override { send(std::move(packet)); }
  void send(protocol::socketio::PacketPtr packet) override { received.emplace_back(packet->text_packet()); }
  void disconnect(Close close) override { cut.push_back(close); }
  std::vector<std::string> received;
  std::vector<Close> cut;

 private:
  EventLoop& loop_;
  protocol::socketio::Handshake handshake_;
};

/// The result passed to a Done callback, once it was called.
template <typename T>
using Answer = std::shared_ptr<std::optional<Result<T>>>;
template <typename T>
std::pair<Answer<T>, service::Done<T>> expect_answer() {
  auto answer = std::make_shared<std::optional<Result<T>>>();
  return {answer, [answer](Result<T> result) {
            EXPECT_FALSE(answer->has_value()) << "answered twice";
            *answer = std::move(result);
          }};
}

class World;

/// One connected socket.
class Socket {
 public:
  /// Emits the event with `{"a":1}` as its one argument; with an empty `json`, without one. `ack`: the id of a requested ack.
  void emit(std::string_view event, std::string_view json, std::optional<std::uint64_t> ack = std::nullopt);
  /// Emits the argument array unchanged.
  void emit_raw(std::string_view event, std::string_view array, std::optional<std::uint64_t> ack = std::nullopt);
  void disconnect(protocol::socketio::DisconnectReason reason = protocol::socketio::DisconnectReason::transport_close);
  /// The packets received since the last call.
  std::vector<std::string> take() { return std::exchange(peer->received, {}); }
  /// Like take, but only events of one name; the others are dropped.
  std::vector<std::string> take(std::string_view event);

  std::shared_ptr<TestPeer> peer;
  std::unique_ptr<protocol::socketio::SocketHandler> handler;  // null: refused or disconnected
  std::string refusal;
  std::string refusal_data;
};

class World {
 public:
  explicit World(service::ServiceConfig config = unlimited(), std::size_t loop_count = 2);
  ~World();

  /// The default settings, with all rate and connection limits off.
  static service::ServiceConfig unlimited();

  /// Runs all tasks until none is left.
  void run();
  /// Drops everything in memory, as a restart does. The store stays, and old sockets are gone.
  void restart();
  /// The same with other settings.
  void restart(service::ServiceConfig config);

  User introduce(const std::string& name, const std::string& role);
  [[nodiscard]] Caller caller(const std::string& name) const { return {authenticator.users.at(name), "192.0.2.1", "test"}; }

  std::unique_ptr<Socket> connect(const std::string& name, std::size_t loop = 0, const std::string& address = "192.0.2.1");
  std::unique_ptr<Socket> connect_raw(std::string_view auth_json, const std::string& query, const std::string& address = "192.0.2.1");

  /// Creates a session of `doctor` and `patient`.
  SessionId create(const std::string& doctor = "doctor", const std::string& patient = "patient");
  [[nodiscard]] SessionNumber number_of(const SessionId& session);
  [[nodiscard]] std::vector<domain::Entry> log_of(const SessionId& session);

  /// Stores an entry after the stored ones, and before all pending appends, as another server would.
  void intrude(const SessionId& session, domain::Draft draft, std::optional<domain::SessionRow> row = std::nullopt);
  /// A text of an introduced user, for `intrude`.
  [[nodiscard]] domain::Draft text_of(const std::string& name, const std::string& text) const;

  // Use cases over REST, from `loop`. Each returns its answer after all tasks have run.
  Result<domain::MessageView> send(const std::string& name, const SessionId& session, const std::string& text, const std::string& key = "");
  Answer<domain::MessageView> start_send(const std::string& name, const SessionId& session, const std::string& text,
                                         const std::string& key = "", std::size_t loop = 0);
  Result<domain::SessionView> get(const std::string& name, const SessionId& session);
  Result<domain::SessionView> start(const std::string& name, const SessionId& session);
  Result<domain::EndView> end(const std::string& name, const SessionId& session);
  Result<domain::SessionView> reopen(const std::string& name, const SessionId& session);
  Answer<domain::SessionView> start_reopening(const std::string& name, const SessionId& session, std::size_t loop = 0);
  Answer<domain::SessionView> start_creating(const std::string& doctor = "doctor", const std::string& patient = "patient",
                                             std::size_t loop = 0);
  Result<domain::PageView> page(const std::string& name, service::ReadPage request);
  Result<std::vector<domain::MessageView>> history(const std::string& name, const SessionId& session);
  Result<domain::EntriesView> entries(const std::string& name, const SessionId& session, Result<domain::EntryRange> range);
  Result<domain::StatsView> stats(const std::string& name, const SessionId& session);
  Result<service::Deleted> remove(const std::string& name, const std::string& message);
  Answer<service::Deleted> start_remove(const std::string& name, const std::string& message, std::size_t loop = 0);
  std::vector<std::string> texts(const SessionId& session, const std::string& name = "doctor");

  ManualClock clock;
  ManualLoop worker{1000};
  std::vector<std::unique_ptr<ManualLoop>> loops;
  ModelStore store{worker, clock};
  ReticentLog log{store};
  WorldStore ports{store, log};
  TestAuthenticator authenticator;
  RecordingRelay relay;
  NullLogSink logs;
  ScriptedIceChecker ice_checker;
  std::function<Result<std::string>()> read_turn_secret;  // the next restart uses it
  std::unique_ptr<ChatService> service;

 private:
  void build();

  service::ServiceConfig config_;
  std::uint64_t seed_ = 1;
};

/// A session with both users in its room: the doctor on loop 0, the patient on loop 1. The packets of their joins are dropped.
class Room {
 public:
  explicit Room(service::ServiceConfig config = World::unlimited());

  void run() { world.run(); }
  /// Emits a message. Requests an ack only if an id is given.
  void say(Socket& socket, std::string_view text, std::string_view key = "", std::optional<std::uint64_t> ack = std::nullopt);

  World world;
  SessionId session;
  std::unique_ptr<Socket> doctor;
  std::unique_ptr<Socket> patient;
};

[[nodiscard]] inline SessionField field(const SessionId& id) {
  return {SessionField::State::given, id};
}
[[nodiscard]] inline TextField text_field(const std::string& text) {
  return text.empty() ? TextField{} : TextField{TextField::State::text, text};
}
/// `{"sessionId":"…","message":"…"[,"clientMessageId":"…"]}`. The text must need no escaping.
[[nodiscard]] std::string message_json(const SessionId& session, std::string_view text, std::string_view key = "");
[[nodiscard]] std::string session_json(const SessionId& session);

MATCHER_P(Contains, part, "contains " + std::string(part)) {
  return std::string(arg).find(part) != std::string::npos;
}

}  // namespace parley::test
