// The use cases, the same for every transport: connect, join, publish, deliver, delete, read, end, signal.
//
// A session belongs to one event loop (chosen by the hash of its id). Only this loop touches its state, so nothing here is locked. A call
// from another loop is posted to it, and the answer is posted back. Calls of one loop about one session keep their order (P2).
//
// Threads   Every method is called on `from`'s thread; `done` runs there too, exactly once, inside the call or later.
// Errors    Each method lists its refusals in the order of the checks; `overloaded`, `store_failed`, `store_full`, `log_corrupt`
//           and `outcome_unknown` can come from every method that touches the store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "domain/user.hpp"
#include "domain/views.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "service/ice/ice_servers.hpp"
#include "service/shared/dependencies.hpp"
#include "service/shared/requests.hpp"
#include "service/shared/service_config.hpp"

namespace parley::service {

/// Counts for metrics. Cumulative since start unless stated otherwise.
struct ServiceCounts {
  std::uint64_t messages_stored = 0;
  std::uint64_t messages_delivered = 0;
  std::uint64_t sessions_loaded = 0;  // now
  std::uint64_t members_joined = 0;   // now
  std::uint64_t sessions_joined = 0;  // with a member, now
  std::uint64_t refused_rate_limited = 0;
  std::uint64_t refused_overloaded = 0;
  std::uint64_t connections = 0;  // sockets, now
  std::uint64_t connections_total = 0;
  std::uint64_t connections_peak = 0;         // at one time
  std::uint64_t connections_last_minute = 0;  // admitted in the last minute
  std::uint64_t connections_refused = 0;      // CONNECT_ERRORs
  std::uint64_t rate_windows = 0;             // remembered now
};

class ChatService {
 public:
  ChatService(Dependencies dependencies, ServiceConfig config);
  ~ChatService();
  ChatService(const ChatService&) = delete;
  ChatService& operator=(const ChatService&) = delete;

  /// `Only doctors can create sessions` · `Too many session creation attempts, please wait.` · `Patient ID is required` · `Invalid patient
  /// ID` · `Invalid session ID` · `Session ID "…" is reserved` · `Invalid appointment ID` · already_exists `Session ID is already in use`,
  /// detail: that id · already_exists `Active session already exists`, detail: its sessionId. If the pair already has a session under the
  /// chosen id, open or ended, this session is the answer, as a duplicate.
  void create_session(EventLoop& from, domain::Caller caller, CreateSession request, Done<domain::SessionView> done);
  /// Access rule: `Session not found`, `Unauthorized access to session`.
  void get_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::SessionView> done);
  /// Access rule · `Session has already ended` · where a join may reopen (ServiceConfig::reopening), the refusals of reopen_session from
  /// the rate limit on. `created` becomes `active`; the view shows the session afterwards. Nobody joins the room.
  void start_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::SessionView> done);
  /// Access rule · `Session is already ended`. The room receives `session-ended`.
  void end_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::EndView> done);
  /// Access rule, which admits admins · `Only the creator of a session can reopen it` · `Sessions cannot be reopened on this server` ·
  /// `Session is not ended` · `Rate limit exceeded for reopenings` · already_exists `Active session already exists`, detail: its sessionId.
  /// The view shows the session afterwards. The room receives `session-reopened`.
  void reopen_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::SessionView> done);
  /// Sessions that have not ended and have the caller as participant, newest first, after `after`: up to limits::open_sessions_listed_max.
  void active_sessions(EventLoop& from, domain::Caller caller, std::optional<store::SessionPlace> after, Done<OpenSessionsList> done);

  /// REST: `Session ID and message are required` · `Message must be a string` · `Message too long (max … characters)` · access ·
  /// key · `Session has already ended`. Socket: sessionId falsy · access · key · ended · `Rate limit exceeded for chat messages` · content.
  /// The message is durable before `done` runs; the room receives it in the same turn.
  void send_message(EventLoop& from, domain::Caller caller, SendMessage request, Done<domain::MessageView> done);
  /// Access rule. Pages count from the newest; inside a page oldest first.
  void read_page(EventLoop& from, domain::Caller caller, ReadPage request, Done<domain::PageView> done);
  /// Access rule. The newest limits::history_messages_max, oldest first.
  void read_history(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<std::vector<domain::MessageView>> done);
  /// Access rule.
  void read_stats(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::StatsView> done);
  /// Access rule · `Invalid …`. Reads the log by position, at a cost that does not depend on the position.
  void read_entries(EventLoop& from, domain::Caller caller, ReadEntries request, Done<domain::EntriesView> done);
  /// `Message not found` · `Unauthorized to delete this message`. Writes the `deleted` entry with the audit record and informs the room.
  void delete_message(EventLoop& from, domain::Caller caller, std::string message_id, Done<Deleted> done);
  /// Access rule. Newest first. Senders are filled in where they are known.
  void read_signalling(EventLoop& from, domain::Caller caller, ReadSignalling request, Done<SignallingList> done);

  /// `Admin access required`. Ends every open session created before `created_before`, in bounded portions. Their `ended` entries name the
  /// caller. After an error, the sessions ended so far stay ended; a second call continues.
  void clean_up(EventLoop& from, domain::Caller caller, Timestamp created_before, Done<SweepResult> done);
  /// Starts the upkeep: it ends stale sessions as ServiceConfig::upkeep says, and rotates the TURN secret. Call it once. Threads: any.
  void start_upkeep();

  /// The token is `revoked` from now on, on every path and after a restart. The sockets that it admitted are closed before `done` runs.
  /// Errors: those of store::RevocationRecord.
  void sign_out(EventLoop& from, const domain::Revocation& token, Done<SignedOut> done);

  /// The ICE servers that clients receive to reach each other.
  [[nodiscard]] IceServers& ice_servers();

  /// The Socket.IO side: admits connections (docs/api-contract.md §6.2) and serves every event of §6.3.
  [[nodiscard]] protocol::socketio::NamespaceHandler& namespace_handler();

  /// The identity that a token gives, by ServiceConfig::identity. Never blocks. Nothing: look_up_identity must ask the user store; this
  /// cannot happen with IdentitySource::claims. The user's data is at most limits::user_staleness old. Threads: any.
  [[nodiscard]] std::optional<Identified> identify(std::string_view token);
  /// As identify, but asks the user store. Errors besides those of the token: overloaded, store_failed, log_corrupt.
  void look_up_identity(EventLoop& from, std::string token, std::move_only_function<void(Identified)> done);

  /// Adds a user with a verified token to the directory that fills other answers. Does nothing with IdentitySource::directory. Threads:
  /// any.
  void remember_user(const domain::User& user);

  /// Does not block. From now on, sends are refused with `overloaded`.
  /// `drained` runs on `from` when every accepted append has its outcome.
  void drain(EventLoop& from, std::move_only_function<void()> drained);

  [[nodiscard]] ServiceCounts counts() const;  // Threads: any.
  /// Admission times of the sockets of the last minute, oldest first: the newest limits::recent_times_max of them. Threads: any.
  [[nodiscard]] std::vector<Timestamp> recent_connections() const;
  [[nodiscard]] const ServiceConfig& config() const;  // Threads: any.

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::service
