// The bounds of the program, with unit, reason and source. A constant that matters inside one file only (a chunk size) is in that file.
// `contract` is docs/api-contract.md. Test a limit at its value and one past it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace parley::limits {

using namespace std::chrono_literals;

// Messages
inline constexpr std::size_t client_message_id_bytes_max = 64;  // ADR 0001: fits a UUID with a prefix
inline constexpr std::uint32_t text_seq_max = 15'999'999;       // at seq 16,000,000 a text is refused: `session_full`
inline constexpr std::uint32_t seq_max = 16'777'215;            // three bytes in every id; the rest is for ends, deletions, holds
inline constexpr std::size_t participants_max = 64;             // a room, not a channel
inline constexpr std::size_t id_bytes_max = 64;                 // of a session or a user: a UUID, an e-mail address, a path with a tenant
inline constexpr std::size_t role_bytes_max = 15;               // fits into a std::string without allocation
inline constexpr std::size_t email_bytes_max = 320;             // RFC 5321 §4.5.3.1: 64 + @ + 255
inline constexpr std::size_t name_bytes_max = 256;
inline constexpr std::size_t user_agent_bytes_max = 512;

// Entries and the store
inline constexpr std::size_t entry_bytes_max = 64 * 1024;        // core + body + trailer; a text is at most message_bytes_max
inline constexpr std::size_t extension_bytes_max = 32 * 1024;    // one typed extension
inline constexpr std::size_t append_entries_max = 64;            // in one append call
inline constexpr std::size_t commit_queue_entries_max = 65'536;  // waiting for the committer; beyond: `overloaded`
inline constexpr std::size_t commit_batch_entries_max = 4'096;   // in one synced write
inline constexpr auto commit_rest_per_entry = 100us;  // pause per entry of the last batch: batches grow above 10,000 texts a second …
inline constexpr auto commit_rest_max = 4ms;          // … and at most this long: a tenth of the delay that people notice
inline constexpr auto commit_rest_min = 300us;        // of that, even if every loop is idle: a sync costs 100 µs of processor time
inline constexpr std::size_t conflict_tail_entries_max = 256;            // in one outcome; read the rest
inline constexpr auto read_retry_after = 100ms;                          // sent with `overloaded` if the reader pool is full
inline constexpr std::size_t commit_queue_bytes_max = 64 * 1024 * 1024;  // of waiting encoded entries; beyond: `overloaded`
inline constexpr std::size_t commit_batch_bytes_max = 8 * 1024 * 1024;   // in one synced write
inline constexpr std::size_t users_queue_max = 16'384;  // waiting user rows; beyond, dropped and counted: the next token adds the row again
inline constexpr std::size_t rows_per_commit_max = 4'096;        // user and signalling rows in one write
inline constexpr std::size_t revocations_max = 1'000'000;        // stored: about 100 bytes each in memory; only valid tokens can add one
inline constexpr auto revocations_look_interval = 60s;           // how often a full table is searched for expired ones
inline constexpr auto revocation_margin = std::chrono::days{7};  // kept after the token's expiry: a wrong clock is noticed within this time
inline constexpr std::size_t revocations_queue_max = 4'096;      // waiting for the committer; beyond: `overloaded`
inline constexpr auto rows_delay = 20ms;                         // a row without a waiting caller waits this long for the next commit
inline constexpr auto synced_file_interval = 1s;                 // how often SYNCED is synced
inline constexpr auto store_look_interval = 1s;               // without a commit: checks space and files, so `/ready` is right in seconds
inline constexpr std::size_t heads_cached_max = 200'000;      // of logs, in the committer; about 100 bytes each
inline constexpr std::size_t keys_in_memory_max = 1'000'000;  // unindexed idempotency keys of requested sessions; about 50 bytes each
inline constexpr std::size_t damaged_sessions_max = 10'000;   // remembered as damaged; every read finds the damage again
inline constexpr std::size_t damaged_sessions_named = 16;     // listed in health
inline constexpr std::size_t reader_threads_default = 2;
inline constexpr std::size_t reader_threads_max = 64;
inline constexpr std::size_t block_cache_bytes_default = 64 * 1024 * 1024;
inline constexpr std::size_t write_buffer_bytes_default = 16 * 1024 * 1024;
inline constexpr std::size_t wal_bytes_max = 32 * 1024 * 1024;         // of all write-ahead logs: opening after a crash replays them
inline constexpr std::size_t read_queue_jobs_max = 8'192;              // waiting for the reader pool; beyond: `overloaded`
inline constexpr std::uint32_t keys_unindexed_max = 1'000;             // idempotency keys of a session not yet in the derived family
inline constexpr std::uint64_t free_bytes_min = 256ull * 1024 * 1024;  // below: texts, sessions, reopenings are `store_full`
inline constexpr std::size_t signalling_queue_max = 16'384;  // waiting records; beyond, the record (not the message) is dropped and counted
inline constexpr std::size_t signalling_queue_bytes_max = 16 * 1024 * 1024;  // of their payloads
inline constexpr std::size_t signalling_bytes_per_commit_max = 128 * 1024;   // of payloads; the payload that reaches it is the last one
inline constexpr auto signalling_kept = std::chrono::days{30};               // contract §5.4

// MongoDB (docs/operations/mongodb.md)
inline constexpr std::size_t mongo_writers_default = 2;  // bulks in flight at a time; never two for one session
inline constexpr std::size_t mongo_writers_max = 16;
inline constexpr std::size_t mongo_readers_default = 4;         // a reader waits for the network, not for a core
inline constexpr std::size_t mongo_document_entries_max = 128;  // in one document of the log; mongo_document_bytes_max applies too
inline constexpr std::size_t mongo_heads_max = 500'000;         // positions known to be in the log; about 100 bytes each
inline constexpr auto mongo_append_deadline = 12'000ms;         // then the sender gets `outcome_unknown` or `store_failed`
inline constexpr auto mongo_write_concern_timeout = 3'000ms;    // for one attempt; the engine retries until the deadline
inline constexpr auto mongo_read_timeout = 5'000ms;             // in the database
inline constexpr auto mongo_selection_timeout = 1'500ms;        // for finding a primary
inline constexpr auto mongo_connect_timeout = 1'500ms;
inline constexpr auto mongo_socket_timeout = 6'000ms;               // for an answer; longer than the two before it
inline constexpr auto mongo_retry_delay = 100ms;                    // between tries of a write whose outcome is unknown
inline constexpr auto mongo_stray_write_life = 60s;                 // a write whose outcome was given up may still arrive for this long
inline constexpr auto mongo_retry_after = 1'000ms;                  // sent to clients while the database is unreachable
inline constexpr std::int64_t mongo_mirror_documents_max = 512;     // of the log, mirrored at a time
inline constexpr auto mongo_mirror_interval = 50ms;                 // how often the mirror looks for new entries
inline constexpr auto mongo_node_silent = 5s;                       // if a node is silent for this long, other nodes finish its mirroring …
inline constexpr auto mongo_node_gone = 10min;                      // … and after this long they forget the node
inline constexpr std::size_t mongo_session_ids_max = 100'000;       // remembered by the mirror; about 100 bytes each
inline constexpr std::size_t mongo_adoption_page = 4'096;           // messages of an earlier server read at a time by one adoption
inline constexpr std::size_t mongo_left_alone_remembered = 10'000;  // documents named in log lines; beyond, they may be named again
inline constexpr auto mongo_watch_interval = 1'000ms;               // how often reachability and free space are checked
inline constexpr auto mongo_silence = 3'000ms;  // the database is unreachable if it answers neither this check nor a write for this long
// Other software that writes beside Parley (docs/adr/0015)
inline constexpr auto mongo_stream_wait = 100ms;                    // for the next event; between waits the thread does its other work
inline constexpr std::int32_t mongo_stream_batch = 256;             // events that the server sends at a time: at most 16 MiB
inline constexpr auto mongo_stream_note_interval = 5'000ms;         // how often the position in the stream is stored
inline constexpr auto mongo_stream_retry_after = 1'000ms;           // after a failed stream
inline constexpr auto mongo_stream_refused_retry_after = 60'000ms;  // after a stream that the server refused
inline constexpr std::size_t mongo_looks_waiting_max = 100'000;     // sessions waiting for a check; beyond, everything is compared
inline constexpr auto mongo_look_retry_after = 1'000ms;             // for a session that could not be checked
inline constexpr auto mongo_deletions_window = 1s;                  // deletions within it are simultaneous: event times are in seconds
inline constexpr std::uint64_t mongo_deletions_of_session = 5;      // in one session, or 1 %: if more are simultaneous, none is applied
inline constexpr std::uint64_t mongo_deletions_at_once = 100;       // in all sessions: if more are simultaneous, none is applied
inline constexpr auto mongo_ttl_look_interval = 250ms;              // how often the indexes are read while many messages disappear
inline constexpr std::size_t mongo_ttl_indexes_max = 64;            // remembered, dropped ones included
inline constexpr auto mongo_deletion_unknown = 5s;                  // for this long a deleted message may still appear in the log
inline constexpr std::size_t mongo_deletions_unknown_max = 10'000;  // such deletions; beyond, the oldest are dropped
inline constexpr std::size_t foreign_losses_named = 16;             // listed in health
inline constexpr auto foreign_look_interval = 30s;                  // without a change stream: how often a joined session is checked
inline constexpr auto foreign_look_turn = 1'000ms;                  // how often some of these checks run
inline constexpr std::size_t foreign_looks_at_once = 64;            // of one loop, in flight
inline constexpr auto foreign_look_fresh = 1'000ms;                 // maximum age of the last check of a session without members

// Sessions in memory
inline constexpr std::size_t sessions_loaded_max = 200'000;     // per process; the least recently used without members are unloaded first
inline constexpr std::size_t entry_tails_max = 512;             // sessions of one loop whose newest entries are kept written as JSON …
inline constexpr std::size_t entry_tail_entries_max = 128;      // … so many of each …
inline constexpr std::size_t entry_tail_bytes_max = 64 * 1024;  // … and so many bytes; the newest always stays
inline constexpr std::uint32_t entry_tail_unread_max = 32;      // after so many entries that nobody read, writing them is in vain
inline constexpr std::size_t session_tail_entries = 128;        // newest entries kept decoded for pages
inline constexpr std::size_t session_keys_max = 4'096;          // idempotency keys kept per session; two bytes for each older key
inline constexpr std::uint32_t older_keys_page = 1'024;         // entries whose keys are read at a time: takes a reader some milliseconds
inline constexpr auto catch_up_retry_after = 1'000ms;           // until a session that has grown and could not be read is read again
inline constexpr std::size_t session_steps_max = 4'096;         // calls waiting for one session, loading included; beyond: `overloaded`
inline constexpr std::size_t works_kept_max = 256;              // of each loop: memory of finished steps, for the next ones
inline constexpr std::size_t work_kept_bytes_max = 2'048;       // of the entry of such a step; larger ones are freed
inline constexpr std::size_t append_conflicts_max = 32;         // in one step before it is refused with `overloaded`
inline constexpr std::uint32_t socket_entries_waiting_max = 8;  // unanswered `entries` of one connection; beyond: `overloaded`
inline constexpr std::uint32_t socket_joins_waiting_max = 4;    // unanswered joins of one session by one connection; beyond: `overloaded`
inline constexpr std::size_t pair_turns_waiting_max = 64;       // creates and reopenings of one pair of users; beyond: `overloaded`
inline constexpr unsigned create_checks_max = 20;               // checks of one create if the store says that its chosen id is taken …
inline constexpr auto create_check_delay = 100ms;               // … at this interval: another server writes a session within milliseconds
inline constexpr std::size_t users_cached_max = 100'000;        // about 300 bytes each

// Identity from the user store (contract §1.2)
inline constexpr auto user_staleness = 30s;                     // maximum age of facts about a user: one read per user in this time
inline constexpr auto absent_user_staleness = 5s;               // the same if the user does not exist: a new user waits no longer than this
inline constexpr std::size_t user_lookups_waiting_max = 1'024;  // waiting for one user's read; beyond: `overloaded`

// Upkeep (contract §7)
inline constexpr auto upkeep_interval = 30min;
inline constexpr auto upkeep_first_delay = 10s;                    // after the start, when returning clients have reconnected
inline constexpr auto upkeep_retry_after = 60s;                    // after a sweep that failed completely
inline constexpr std::chrono::minutes unstarted_session_age = 2h;  // since creation, of a session that no user joined
inline constexpr std::chrono::minutes active_session_age = 24h;    // since its start
inline constexpr auto clock_look_interval = 60s;                   // how often the wall clock is compared with the steady clock and stored
inline constexpr auto clock_jump_max = 5min;                       // between two checks; NTP corrects less in small steps
inline constexpr auto clock_gap_max = 23h;              // between two runs: a clock that is a day ahead must not use up active_session_age
inline constexpr std::size_t sweep_sessions_max = 128;  // read and ended at a time: a small part of the commit queue

// Reopening
inline constexpr std::chrono::hours reopen_within = 24h;    // after the end, in which a join reopens the session
inline constexpr std::uint32_t reopenings_per_window = 10;  // by one user: each adds two entries to a log (with the end after it)

// HTTP
inline constexpr std::size_t http_body_bytes_max = 10 * 1024 * 1024;  // contract §2.1, after decompression
inline constexpr std::size_t http_header_bytes_max = 16 * 1024;
inline constexpr std::size_t http_empty_lines_max = 8;          // skipped before a request line (RFC 9112 §2.2 requires one)
inline constexpr auto http_request_timeout = 60s;               // from the first byte of a request to its last
inline constexpr auto http_idle_timeout = 75s;                  // a kept-alive connection without a request
inline constexpr std::uint32_t page_limit_default = 50;         // contract §4.2
inline constexpr std::uint32_t page_limit_max = 1000;           // contract §4.2; lower if longer messages are allowed
inline constexpr std::uint32_t history_messages_max = 100;      // contract §5.4
inline constexpr std::uint32_t entries_limit_default = 100;     // ARCHITECTURE.md, added interfaces
inline constexpr std::uint32_t entries_limit_max = 1000;        // over HTTP
inline constexpr std::uint32_t signalling_limit_default = 100;  // contract §5.4
inline constexpr std::uint32_t signalling_limit_max = 1000;     // contract §5.4

// Origins that are not allowed (contract §2.5, §6.1)
inline constexpr auto refused_origins_window = 600s;    // the log names a refused origin once in this time …
inline constexpr std::size_t refused_origins_max = 16;  // … and at most this many origins: clients can send any value
inline constexpr std::size_t origin_bytes_max = 256;    // of an origin in the log; a host name has at most 253 bytes

// Engine.IO and Socket.IO (contract §6.1)
inline constexpr auto ping_interval = 25'000ms;
inline constexpr auto ping_timeout = 60'000ms;
inline constexpr auto upgrade_timeout = 10'000ms;
inline constexpr auto connect_timeout = 45'000ms;
inline constexpr std::size_t payload_bytes_max = 1'000'000;
inline constexpr std::size_t polling_packets_per_turn = 64;  // in one polling body, whose bytes are bounded above; then others run
inline constexpr std::size_t poll_compressed_bytes_min =
    1024;  // of a polling answer; a smaller one is not worth compressing (engine.io's own default)
inline constexpr std::size_t accept_encoding_bytes_max = 256;  // of the header; the rest is ignored
inline constexpr std::size_t poll_answer_packets_max =
    15;                                             // python-engineio accepts 16 (Payload.max_decode_packets); one is left for a close
inline constexpr std::size_t attachments_max = 16;  // in one Socket.IO packet
inline constexpr std::size_t packet_bytes_max = 4 * payload_bytes_max;  // of one Socket.IO packet with its attachments; our own limit
inline constexpr std::size_t event_name_bytes_max = 256;
inline constexpr std::size_t namespaces_per_connection_max = 8;

// Connections
inline constexpr std::size_t connections_total_max = 1'000;               // contract §6.2
inline constexpr std::size_t connections_per_address_max = 50;            // contract §6.2
inline constexpr std::size_t connections_per_user_max = 10;               // contract §6.2
inline constexpr std::uint32_t socket_entries_max = 200;                  // in one answer on a socket, resumes included …
inline constexpr std::size_t socket_entries_bytes_max = 256 * 1024;       // … by their stored size; at least one entry is sent
inline constexpr std::size_t recent_times_max = 1'000;                    // connections of the last minute that are listed for admins
inline constexpr std::size_t joined_sessions_max = 32;                    // by one socket; ended sessions do not count
inline constexpr std::size_t rooms_held_max = 2 * joined_sessions_max;    // by one socket, with the rooms that it is just leaving
inline constexpr std::size_t outbound_queue_bytes_max = 4 * 1024 * 1024;  // waiting for one reader; beyond, it is disconnected and resumes
inline constexpr std::size_t outbound_memories_kept_max = 64;             // of each loop: memory of queues that have been sent
inline constexpr std::size_t outbound_memory_kept_bytes_max = 16 * 1024;  // larger ones are freed
inline constexpr std::size_t events_per_round = 128;                      // of a loop: ready descriptors that it serves together
inline constexpr std::size_t yielding_events_per_round = 16;              // … and of connections on which nobody has signed in
inline constexpr std::size_t read_buffer_bytes = 16 * 1024;               // for one receive
inline constexpr std::size_t unread_bytes_max = 64 * 1024;  // received during the answer to an earlier request; beyond, reading pauses
inline constexpr auto unsent_timeout = 30s;                 // a peer that reads nothing for this long is disconnected
inline constexpr auto linger_timeout = 2s;                  // after our last byte, until the peer closes
inline constexpr auto drain_timeout = 5s;                   // at stop, for answers and writes in progress
inline constexpr auto accept_pause = 100ms;                 // after the system ran out of descriptors
inline constexpr auto poll_close_timeout = 30s;             // for the poll that fetches the last packets of a closing session
inline constexpr auto overtaken_poll_timeout = 1s;          // for a poll that was overtaken by the client's own close packet
inline constexpr std::size_t frame_bytes_max = payload_bytes_max;  // one WebSocket message after reassembly

// Admission: limits for what unauthenticated clients can make the server hold and do (docs/adr/0016)
inline constexpr std::size_t held_bytes_free = 16 * 1024;  // not counted for each connection: an event, a page of entries
inline constexpr std::size_t held_bytes_max =
    40 * 1024 * 1024;  // for all connections, divided among the loops; beyond, the largest holder is closed
inline constexpr std::size_t held_bytes_of_loop_min = 12 * 1024 * 1024;  // of one loop, however many there are: more than a whole body
static_assert(held_bytes_of_loop_min > http_body_bytes_max + http_header_bytes_max);
inline constexpr std::size_t http_unsent_bytes_max = 64 * 1024;  // beyond, the next request of a connection waits
inline constexpr std::size_t http_slice_bytes = 64 * 1024;       // of a long answer, queued at a time
inline constexpr std::size_t http_requests_per_turn = 8;         // of one connection …
inline constexpr std::size_t http_requests_of_turn = 64;         // … and of all connections in one turn
inline constexpr std::size_t frames_per_turn = 64;               // the same for WebSocket frames
inline constexpr std::size_t frames_of_turn = 512;
inline constexpr auto http_answer_timeout = 60s;                        // for the client to take an answer …
inline constexpr std::size_t http_answer_bytes_per_second = 16 * 1024;  // … plus a second for each of these

inline constexpr std::size_t descriptors_reserved = 512;        // of open files: for the store and everything else that is no connection
inline constexpr std::size_t strangers_max = 16'384;            // connections without an accepted Socket.IO session …
inline constexpr std::size_t strangers_per_address_max = 512;   // … from one address that is no trusted proxy
inline constexpr std::size_t strangers_looked_at_max = 1'024;   // idle ones searched when a full address must close one
inline constexpr std::size_t handshakes_max = 4'096;            // Engine.IO sessions before their CONNECT is accepted: about 10 KB each …
inline constexpr std::size_t handshakes_per_address_max = 256;  // … of one client address, or twice its connection limit
inline constexpr auto handshake_grace = 5s;                     // an older one gives way to a newcomer if one of these limits is reached
inline constexpr auto handshake_retry_after = 1s;               // sent to a client if one of these limits is reached
inline constexpr auto admission_log_interval = 10s;             // between log lines of one kind about slowed clients

inline constexpr int refusals_per_second = 100;  // refused and unknown events of one socket; beyond, it is read more slowly …
inline constexpr int refusals_free = 100;        // … once this many have come at once
inline constexpr int refused_connects_max = 3;   // of one connection without a user; then it is closed
inline constexpr std::size_t body_read_at_once_bytes_max = 64 * 1024;      // a larger or compressed body is read on another thread …
inline constexpr std::size_t bodies_waiting_bytes_max = 32 * 1024 * 1024;  // … with this many bytes waiting; beyond: `overloaded`
inline constexpr std::uint32_t body_reading_ms_per_window = 3'000;         // of that thread, for one client in rate_window; beyond: 429
inline constexpr auto body_retry_after = 1'000ms;                          // sent with that `overloaded`
inline constexpr std::size_t form_fields_max = 1'000;                      // body-parser's own default (parameterLimit)
inline constexpr std::size_t body_members_max = 200'000;                   // of a JSON object at the top of a body: 4 MB of memory

// Signalling (contract §6.3)
inline constexpr std::size_t list_bytes_max = 4 * 1024 * 1024;       // of a list in one answer; the answer then says that there is more
inline constexpr std::size_t open_sessions_listed_max = 1'000;       // of a user, in one answer: each has up to 3 KB
inline constexpr std::size_t signalling_payload_bytes_max = 65'536;  // of JSON as sent; each payload is relayed and kept for 30 days

// Rates: fixed windows (contract §2.6, §6.3)
inline constexpr auto rate_window = 60s;
inline constexpr std::uint32_t chat_events_per_window = 120;
inline constexpr std::uint32_t offers_per_window = 10;
inline constexpr std::uint32_t answers_per_window = 10;
inline constexpr std::uint32_t ice_candidates_per_window = 100;
inline constexpr std::uint32_t signalling_chats_per_window = 30;
inline constexpr std::uint32_t signalling_joins_per_window = 5;  // and as many leaves
inline constexpr std::uint32_t joins_per_window = 2'000;    // of one user over sockets: ten sockets in 32 sessions can reconnect six times
inline constexpr std::uint32_t entries_per_window = 2'000;  // the same: reading a log of 20,000 entries takes 100, so twenty such logs
inline constexpr std::uint32_t ends_per_window = 300;       // the same: nearly all sessions that ten sockets can be in
inline constexpr std::uint32_t requests_per_window = 80;
inline constexpr std::uint32_t chat_requests_per_window = 30;
inline constexpr std::uint32_t session_requests_per_window = 30;
inline constexpr auto session_create_window = 300s;
inline constexpr std::uint32_t session_creates_per_window = 10;  // of one address over REST, and of one user over any transport
inline constexpr std::size_t rate_entries_max = 100'000;         // windows in memory; beyond, the oldest are dropped

// ICE servers (contract §5.5)
inline constexpr std::size_t ice_url_bytes_max = 512;        // a host name has 253 (RFC 1035 §2.3.4); the rest is scheme, port, transport
inline constexpr std::size_t turn_username_bytes_max = 128;  // the name after the time, or a static user name
inline constexpr std::size_t turn_secret_bytes_max = 1'024;
inline constexpr std::size_t ice_servers_max = 16;            // configured, sent to clients and checked; browsers warn from five on
inline constexpr auto ice_check_timeout = 3s;                 // for a whole check with name lookups: three sendings of a request
inline constexpr std::size_t ice_checks_waiting_max = 256;    // calls that share one check; beyond: `overloaded`
inline constexpr auto turn_rotation_interval = 24h;           // how often the TURN secret is read again; credentials are valid as long
inline constexpr std::size_t stun_message_bytes_max = 1'500;  // one datagram that needs no fragments on usual paths
inline constexpr std::size_t stun_attributes_max = 64;        // in one message; real messages have about ten
inline constexpr std::size_t stun_name_bytes_max = 256;       // of user name, realm and nonce; RFC 8489 §14.9, §14.10 allow 763 bytes
inline constexpr std::size_t stun_reason_bytes_max = 128;     // of an error phrase that is shown

// Tokens
inline constexpr std::size_t claim_name_bytes_max = 128;    // of a setting: a name with a domain and a path
inline constexpr std::size_t token_bytes_max = 8 * 1024;    // half of a request's headers; our own limit, RFC 7519 has none
inline constexpr std::size_t verified_tokens_max = 65'536;  // remembered as verified; the least recently used are dropped first
inline constexpr std::size_t jwt_secret_bytes_min = 16;     // 128 bits: a shorter HMAC key can be guessed from one token

// Settings
inline constexpr std::size_t settings_file_bytes_max = 1024 * 1024;  // a configuration or secret file; a larger file is the wrong file

// Texts: one has one byte, another thirty thousand. So their containers are bounded in bytes too, besides the numbers above
inline constexpr std::size_t message_utf16_units_default = 1'000;  // contract §4.1; the setting `message_length_max`
inline constexpr std::size_t message_utf16_units_max = 10'000;     // of that setting, and of messages from earlier servers
inline constexpr std::size_t utf8_bytes_per_utf16_unit = 3;        // at most: a character of four bytes has two units
inline constexpr std::size_t message_bytes_max = message_utf16_units_max * utf8_bytes_per_utf16_unit;
inline constexpr std::size_t texts_loaded_bytes_max = 84 * 1024 * 1024;   // of all sessions in memory, with keys: 250,000 short texts
inline constexpr std::size_t session_tail_bytes_max = 400'000;            // of texts and keys; the newest always stays
inline constexpr std::size_t session_steps_bytes_max = 16 * 1024 * 1024;  // held by calls that wait for a session; beyond: `overloaded`
inline constexpr std::size_t read_bytes_max = 1024 * 1024;                // in one part of a longer read of a log
inline constexpr std::size_t conflict_tail_bytes_max = append_entries_max * entry_bytes_max;  // so that a whole append fits
inline constexpr std::size_t page_bytes_max = 3'000'000;              // of a page's texts: page_limit_max texts of the default length
inline constexpr std::size_t entries_bytes_max = 4 * 1024 * 1024;     // of an answer over HTTP, by stored size; at least one entry is sent
inline constexpr std::size_t mongo_document_bytes_max = 1024 * 1024;  // reading an entry reads its whole document; one append may pass it
inline constexpr std::size_t mongo_mirror_bytes_max = 16 * 1024 * 1024;  // of documents mirrored at a time; one document may exceed it
inline constexpr std::int64_t mongo_stray_places_max = 16;               // checked for late writes at a time: each may have a document
inline constexpr std::size_t mongo_adoption_page_bytes_max = 16 * 1024 * 1024;  // of messages read at a time; one message may exceed it

// Threads
inline constexpr std::size_t event_loops_max = 64;
inline constexpr std::size_t handlers_per_flush = 64;  // handlers that run before corked output is sent …
inline constexpr auto turn_time = 2ms;                 // … or at most this long

static_assert(text_seq_max < seq_max);
static_assert(commit_batch_bytes_max < wal_bytes_max && commit_batch_bytes_max >= append_entries_max * entry_bytes_max);
static_assert(absent_user_staleness <= user_staleness);
static_assert(page_limit_default <= page_limit_max && page_limit_default * message_bytes_max <= page_bytes_max);
static_assert(socket_entries_max <= entries_limit_max && socket_entries_bytes_max > entry_bytes_max);
static_assert(outbound_queue_bytes_max > payload_bytes_max);
static_assert(message_bytes_max + extension_bytes_max + 1'024 <= entry_bytes_max, "every text fits an entry");
static_assert(message_utf16_units_max * 6 + 4'096 <= payload_bytes_max, "and a frame, all of it written as \\u escapes");
static_assert(message_bytes_max * 3 + 4'096 <= http_body_bytes_max, "and a form, all of it percent-encoded");
static_assert(history_messages_max * message_bytes_max <= page_bytes_max, "the history never needs to be refused");
static_assert(page_limit_max * message_utf16_units_default * utf8_bytes_per_utf16_unit <= page_bytes_max, "as the contract says");
static_assert(session_tail_bytes_max >=
                  session_tail_entries * (message_utf16_units_default * utf8_bytes_per_utf16_unit + client_message_id_bytes_max),
              "at the default length the number of entries is what bounds the tail");
static_assert(session_tail_bytes_max > message_bytes_max && session_steps_bytes_max > message_bytes_max);
static_assert(entries_bytes_max > entry_bytes_max && read_bytes_max > entry_bytes_max);
static_assert(mongo_document_bytes_max + append_entries_max * entry_bytes_max < 15 * 1024 * 1024, "BSON allows 16 MiB");

}  // namespace parley::limits
