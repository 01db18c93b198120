// Every bound of the program, with its unit, its reason and its source. Nothing else has numbers of this kind.
// `contract` is docs/api-contract.md. A test stands at each limit and one past it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace parley::limits {

using namespace std::chrono_literals;

// Messages
inline constexpr std::size_t client_message_id_bytes_max = 64;  // ADR 0001: fits a UUID with a prefix
inline constexpr std::uint32_t text_seq_max = 15'999'999;       // text is refused at seq 16,000,000: `session_full`
inline constexpr std::uint32_t seq_max = 16'777'215;            // three bytes in every id; the rest is for end, deletion, hold
inline constexpr std::size_t participants_max = 64;             // a room, not a channel
inline constexpr std::size_t id_bytes_max = 64;                 // of a session or a user: a UUID, an e-mail address, a path of a tenant
inline constexpr std::size_t role_bytes_max = 15;               // stays inside a std::string without allocation
inline constexpr std::size_t email_bytes_max = 320;             // RFC 5321 §4.5.3.1: 64 + @ + 255
inline constexpr std::size_t name_bytes_max = 256;
inline constexpr std::size_t user_agent_bytes_max = 512;

// Entries and the store
inline constexpr std::size_t entry_bytes_max = 64 * 1024;        // core + body + trailer; a text is at most message_bytes_max
inline constexpr std::size_t extension_bytes_max = 32 * 1024;    // one typed extension
inline constexpr std::size_t append_entries_max = 64;            // of one append call
inline constexpr std::size_t commit_queue_entries_max = 65'536;  // waiting for the committer; beyond: `overloaded`
inline constexpr std::size_t commit_batch_entries_max = 4'096;   // of one synced write
inline constexpr auto commit_rest_per_entry = 100us;           // of the batch before: above 10,000 messages a second batches are let grow …
inline constexpr auto commit_rest_max = 4ms;                   // … to so much time, a tenth of what people notice
inline constexpr std::size_t conflict_tail_entries_max = 256;  // of one outcome; the rest by reading
inline constexpr auto read_retry_after = 100ms;                // said with `overloaded` when the reader pool is full
inline constexpr std::size_t commit_queue_bytes_max = 64 * 1024 * 1024;  // of encoded entries waiting; beyond: `overloaded`
inline constexpr std::size_t commit_batch_bytes_max = 8 * 1024 * 1024;   // of one synced write
inline constexpr std::size_t users_queue_max = 16'384;  // user rows waiting; beyond, dropped and counted: the next token brings them again
inline constexpr std::size_t rows_per_commit_max = 4'096;  // user and signalling rows of one write
inline constexpr std::size_t revocations_max = 1'000'000;  // kept: about 100 bytes each in memory; only holders of good tokens add to them
inline constexpr auto revocations_look_interval = 60s;     // how often a full table is searched for expired ones
inline constexpr auto revocation_margin = std::chrono::days{7};  // kept past the token's expiry: a clock that is wrong is found out by then
inline constexpr std::size_t revocations_queue_max = 4'096;      // waiting for the committer; beyond: `overloaded`
inline constexpr auto rows_delay = 20ms;                         // rows that nobody awaits may wait so long for a commit to ride along with
inline constexpr auto synced_file_interval = 1s;                 // how often SYNCED is synced
inline constexpr auto store_look_interval = 1s;               // without a commit, at free space and files: `/ready` is right within seconds
inline constexpr std::size_t heads_cached_max = 200'000;      // of logs, in the committer; about 100 bytes each
inline constexpr std::size_t keys_in_memory_max = 1'000'000;  // unindexed idempotency keys of sessions asked about; about 50 bytes each
inline constexpr std::size_t damaged_sessions_max = 10'000;   // remembered as damaged; the damage itself is met again by every read
inline constexpr std::size_t damaged_sessions_named = 16;     // in health
inline constexpr std::size_t reader_threads_default = 2;
inline constexpr std::size_t reader_threads_max = 64;
inline constexpr std::size_t block_cache_bytes_default = 64 * 1024 * 1024;
inline constexpr std::size_t write_buffer_bytes_default = 16 * 1024 * 1024;
inline constexpr std::size_t wal_bytes_max = 32 * 1024 * 1024;         // all write-ahead logs: what opening after a crash has to replay
inline constexpr std::size_t read_queue_jobs_max = 8'192;              // waiting for the reader pool; beyond: `overloaded`
inline constexpr std::uint32_t keys_unindexed_max = 1'000;             // idempotency keys of a session not yet in the derived family
inline constexpr std::uint64_t free_bytes_min = 256ull * 1024 * 1024;  // below: texts, sessions, reopenings are `store_full`
inline constexpr std::size_t signalling_queue_max = 16'384;  // records waiting; beyond, the record (not the relay) is dropped and counted
inline constexpr std::size_t signalling_queue_bytes_max = 16 * 1024 * 1024;  // of their payloads
inline constexpr std::size_t signalling_bytes_per_commit_max = 128 * 1024;   // of them; the payload that reaches it is the last
inline constexpr auto signalling_kept = std::chrono::days{30};               // contract §5.4

// MongoDB (docs/operations/mongodb.md)
inline constexpr std::size_t mongo_writers_default = 2;  // bulks on their way at one time; never two for one session
inline constexpr std::size_t mongo_writers_max = 16;
inline constexpr std::size_t mongo_readers_default = 4;         // a read waits for the network, not for a core
inline constexpr std::size_t mongo_document_entries_max = 128;  // of one document of the log; mongo_document_bytes_max too
inline constexpr std::size_t mongo_heads_max = 500'000;         // positions known to be in the log; about 100 bytes each
inline constexpr auto mongo_append_deadline = 12'000ms;         // then the sender gets its verdict, `outcome_unknown` or `store_failed`
inline constexpr auto mongo_write_concern_timeout = 3'000ms;    // of one try; the engine tries until the deadline
inline constexpr auto mongo_read_timeout = 5'000ms;             // at the database
inline constexpr auto mongo_selection_timeout = 1'500ms;        // for a primary to be there
inline constexpr auto mongo_connect_timeout = 1'500ms;
inline constexpr auto mongo_socket_timeout = 6'000ms;            // an answer that does not come; longer than the two before it
inline constexpr auto mongo_retry_delay = 100ms;                 // between tries of a write whose outcome is unknown
inline constexpr auto mongo_stray_write_life = 60s;              // so long may a write whose answer was given up still arrive
inline constexpr auto mongo_retry_after = 1'000ms;               // said to clients while the database cannot be reached
inline constexpr std::int64_t mongo_mirror_documents_max = 512;  // of the log, mirrored at one time
inline constexpr auto mongo_mirror_interval = 50ms;              // how often the mirror looks for what was written
inline constexpr auto mongo_node_silent = 5s;   // a node that says nothing for so long has its mirroring finished by others …
inline constexpr auto mongo_node_gone = 10min;  // … and is forgotten when it has said nothing for so long
inline constexpr std::size_t mongo_session_ids_max = 100'000;       // remembered by the mirror; about 100 bytes each
inline constexpr std::size_t mongo_adoption_page = 4'096;           // messages of an earlier server that one adoption reads at a time
inline constexpr std::size_t mongo_left_alone_remembered = 10'000;  // documents that the log has named; beyond, they are named again
inline constexpr auto mongo_watch_interval = 1'000ms;               // how often reachability and free space are looked at
inline constexpr auto mongo_silence = 3'000ms;  // a database that answers neither that look nor a write for so long is out of reach
// Other software that writes beside Parley (docs/adr/0015)
inline constexpr auto mongo_stream_wait = 100ms;                    // for the next event; what else waits is looked at in between
inline constexpr std::int32_t mongo_stream_batch = 256;             // events that the server sends at one time: at most 16 MiB
inline constexpr auto mongo_stream_note_interval = 5'000ms;         // how often the position in the stream is written down
inline constexpr auto mongo_stream_retry_after = 1'000ms;           // after a stream that failed
inline constexpr auto mongo_stream_refused_retry_after = 60'000ms;  // after one that the server does not give
inline constexpr std::size_t mongo_looks_waiting_max = 100'000;     // sessions to be looked at; beyond, everything is compared
inline constexpr auto mongo_look_retry_after = 1'000ms;             // at a session that could not be looked at
inline constexpr auto mongo_deletions_window = 1s;                  // deletions of one time: the clock of events has whole seconds
inline constexpr std::uint64_t mongo_deletions_of_session = 5;      // of one session at one time, or 1 %: more are not applied
inline constexpr std::uint64_t mongo_deletions_at_once = 100;       // of all sessions at one time: more are not applied
inline constexpr auto mongo_ttl_look_interval = 250ms;              // of the indexes, while many messages disappear
inline constexpr std::size_t mongo_ttl_indexes_max = 64;            // remembered, those that were dropped among them
inline constexpr auto mongo_deletion_unknown = 5s;                  // so long a deleted message may still come into the log
inline constexpr std::size_t mongo_deletions_unknown_max = 10'000;  // of those; beyond, the oldest are let go
inline constexpr std::size_t foreign_losses_named = 16;             // in health
inline constexpr auto foreign_look_interval = 30s;                  // without a change stream, at a session that somebody has joined
inline constexpr auto foreign_look_turn = 1'000ms;                  // how often some of those are looked at
inline constexpr std::size_t foreign_looks_at_once = 64;            // of one loop, on their way
inline constexpr auto foreign_look_fresh = 1'000ms;                 // the same, of a session that nobody is in: so old at most

// Sessions in memory
inline constexpr std::size_t sessions_loaded_max = 200'000;     // per process, least recently used go first when nobody is joined
inline constexpr std::size_t session_tail_entries = 128;        // newest entries kept decoded for pages
inline constexpr std::size_t session_keys_max = 4'096;          // idempotency keys kept of one session; of older ones, two bytes each
inline constexpr std::uint32_t older_keys_page = 1'024;         // entries whose keys are read at one time: some milliseconds of a reader
inline constexpr auto catch_up_retry_after = 1'000ms;           // a session that has grown and could not be read is read again
inline constexpr std::size_t session_steps_max = 4'096;         // calls waiting for one session, loading included; beyond: `overloaded`
inline constexpr std::size_t append_conflicts_max = 32;         // of one step before it is refused with `overloaded`
inline constexpr std::uint32_t socket_entries_waiting_max = 8;  // `entries` of one connection under way; beyond: `overloaded`
inline constexpr std::uint32_t socket_joins_waiting_max = 4;    // joins of one session by one connection under way; beyond: `overloaded`
inline constexpr std::size_t pair_turns_waiting_max = 64;       // creates and reopenings of one pair of people; beyond: `overloaded`
inline constexpr unsigned create_checks_max = 20;               // of one create whose chosen id the store says is taken …
inline constexpr auto create_check_delay = 100ms;               // … so far apart: another server writes a session within milliseconds
inline constexpr std::size_t users_cached_max = 100'000;        // about 300 bytes each

// Identity from the user store (contract §1.2)
inline constexpr auto user_staleness = 30s;                     // how old what is said of a user may be: one read a user in so much time
inline constexpr auto absent_user_staleness = 5s;               // as above, that there is no such user: who just signed up waits no longer
inline constexpr std::size_t user_lookups_waiting_max = 1'024;  // for one user's read; beyond: `overloaded`

// Upkeep (contract §7)
inline constexpr auto upkeep_interval = 30min;
inline constexpr auto upkeep_first_delay = 10s;                    // after the start, when clients that come back have come
inline constexpr auto upkeep_retry_after = 60s;                    // after a sweep that failed as a whole
inline constexpr std::chrono::minutes unstarted_session_age = 2h;  // since creation, of a session nobody joined
inline constexpr std::chrono::minutes active_session_age = 24h;    // since its start
inline constexpr auto clock_look_interval = 60s;        // how often the time of day is compared with the steady clock and written down
inline constexpr auto clock_jump_max = 5min;            // between two looks; NTP corrects less in small steps
inline constexpr auto clock_gap_max = 23h;              // between two runs: a clock that is a day ahead must not use up active_session_age
inline constexpr std::size_t sweep_sessions_max = 128;  // looked at, and being ended, at a time: a small part of the commit queue

// Reopening
inline constexpr std::chrono::hours reopen_within = 24h;    // after the end, where a join opens a session again
inline constexpr std::uint32_t reopenings_per_window = 10;  // of one user: each adds two entries to a log, with the end after it

// HTTP
inline constexpr std::size_t http_body_bytes_max = 10 * 1024 * 1024;  // contract §2.1, after decompression
inline constexpr std::size_t http_header_bytes_max = 16 * 1024;
inline constexpr std::size_t http_empty_lines_max = 8;          // skipped before a request line (RFC 9112 §2.2 asks for one)
inline constexpr auto http_request_timeout = 60s;               // from the first byte of a request to its last
inline constexpr auto http_idle_timeout = 75s;                  // a kept-alive connection without a request
inline constexpr std::uint32_t page_limit_default = 50;         // contract §4.2
inline constexpr std::uint32_t page_limit_max = 1000;           // contract §4.2; fewer where longer messages are allowed
inline constexpr std::uint32_t history_messages_max = 100;      // contract §5.4
inline constexpr std::uint32_t entries_limit_default = 100;     // ARCHITECTURE.md, added interfaces
inline constexpr std::uint32_t entries_limit_max = 1000;        // over HTTP
inline constexpr std::uint32_t signalling_limit_default = 100;  // contract §5.4
inline constexpr std::uint32_t signalling_limit_max = 1000;     // contract §5.4

// Origins that are not allowed (contract §2.5, §6.1)
inline constexpr auto refused_origins_window = 600s;    // in which the log names an origin that is not allowed once …
inline constexpr std::size_t refused_origins_max = 16;  // … and so many of them: strangers choose what they send
inline constexpr std::size_t origin_bytes_max = 256;    // of an origin in the log; a host name has at most 253 bytes

// Engine.IO and Socket.IO (contract §6.1)
inline constexpr auto ping_interval = 25'000ms;
inline constexpr auto ping_timeout = 60'000ms;
inline constexpr auto upgrade_timeout = 10'000ms;
inline constexpr auto connect_timeout = 45'000ms;
inline constexpr std::size_t payload_bytes_max = 1'000'000;
inline constexpr std::size_t polling_packets_per_turn = 64;  // of one polling body, whose bytes are bounded above; then others have a turn
inline constexpr std::size_t poll_compressed_bytes_min =
    1024;  // of a polling answer; smaller ones are not worth it (engine.io's own default)
inline constexpr std::size_t accept_encoding_bytes_max = 256;  // of the header; what is beyond is not looked at
inline constexpr std::size_t poll_answer_packets_max =
    15;                                             // python-engineio takes 16 (Payload.max_decode_packets); one is left for a close
inline constexpr std::size_t attachments_max = 16;  // of one Socket.IO packet
inline constexpr std::size_t packet_bytes_max = 4 * payload_bytes_max;  // of one Socket.IO packet with its attachments; ours
inline constexpr std::size_t event_name_bytes_max = 256;
inline constexpr std::size_t namespaces_per_connection_max = 8;

// Connections
inline constexpr std::size_t connections_total_max = 1'000;               // contract §6.2
inline constexpr std::size_t connections_per_address_max = 50;            // contract §6.2
inline constexpr std::size_t connections_per_user_max = 10;               // contract §6.2
inline constexpr std::uint32_t socket_entries_max = 200;                  // of one answer on a socket, resumes included …
inline constexpr std::size_t socket_entries_bytes_max = 256 * 1024;       // … as they are stored; at least one entry goes
inline constexpr std::size_t recent_times_max = 1'000;                    // connections of the last minute that admins are shown one by one
inline constexpr std::size_t joined_sessions_max = 32;                    // of one socket, those that have ended not counted
inline constexpr std::size_t rooms_held_max = 2 * joined_sessions_max;    // of one socket, with those that it is just leaving
inline constexpr std::size_t outbound_queue_bytes_max = 4 * 1024 * 1024;  // waiting for one reader; beyond it is cut and resumes
inline constexpr std::size_t read_buffer_bytes = 16 * 1024;               // one receive
inline constexpr std::size_t unread_bytes_max = 64 * 1024;  // received while an earlier request is being answered; beyond, reading pauses
inline constexpr auto unsent_timeout = 30s;                 // a peer that takes nothing for so long is cut
inline constexpr auto linger_timeout = 2s;                  // after our last byte, for the peer to close first
inline constexpr auto drain_timeout = 5s;                   // at stop, for answers and writes under way
inline constexpr auto accept_pause = 100ms;                 // after the system ran out of descriptors
inline constexpr auto poll_close_timeout = 30s;             // for the poll that takes the last packets of a closing session
inline constexpr auto overtaken_poll_timeout = 1s;          // for a poll that the client's own close packet overtook
inline constexpr std::size_t frame_bytes_max = payload_bytes_max;  // one WebSocket message after reassembly

// Admission: what strangers can make the server hold and do (docs/adr/0016)
inline constexpr std::size_t held_bytes_free = 16 * 1024;  // of one connection that do not count: an event, a page of entries
inline constexpr std::size_t held_bytes_max =
    40 * 1024 * 1024;  // for all connections, shared by the loops; beyond, the greatest holder goes
inline constexpr std::size_t held_bytes_of_loop_min = 12 * 1024 * 1024;  // its share, however many loops there are: a whole body and more
static_assert(held_bytes_of_loop_min > http_body_bytes_max + http_header_bytes_max);
inline constexpr std::size_t http_unsent_bytes_max = 64 * 1024;  // above it the next request of a connection waits
inline constexpr std::size_t http_slice_bytes = 64 * 1024;       // of a long answer, queued at one time
inline constexpr std::size_t http_requests_per_turn = 8;         // of one connection …
inline constexpr std::size_t http_requests_of_turn = 64;         // … and of all that have more than their turn
inline constexpr std::size_t frames_per_turn = 64;               // as above, WebSocket frames
inline constexpr std::size_t frames_of_turn = 512;
inline constexpr auto http_answer_timeout = 60s;                        // for an answer to be taken …
inline constexpr std::size_t http_answer_bytes_per_second = 16 * 1024;  // … and a second more for each of these

inline constexpr std::size_t descriptors_reserved = 512;        // of open files: the store's, and everything that is no connection
inline constexpr std::size_t strangers_max = 16'384;            // connections that no session of Socket.IO was let in on …
inline constexpr std::size_t strangers_per_address_max = 512;   // … of one address that is no trusted proxy
inline constexpr std::size_t strangers_looked_at_max = 1'024;   // of the idle ones, when one of a full address must go
inline constexpr std::size_t handshakes_max = 4'096;            // Engine.IO sessions before their CONNECT is accepted: about 10 KB each …
inline constexpr std::size_t handshakes_per_address_max = 256;  // … of one client address, or twice its limit of connections
inline constexpr auto handshake_retry_after = 1s;               // said to a client that one of these has no room for
inline constexpr auto admission_log_interval = 10s;             // lines of one kind about clients who are slowed down

inline constexpr int refusals_per_second = 100;  // refused and unknown events of one socket; above, it is read more slowly …
inline constexpr int refusals_free = 100;        // … after so many at once
inline constexpr int refused_connects_max = 3;   // of one connection on which nobody is signed in; then it is closed
inline constexpr std::size_t body_read_at_once_bytes_max = 64 * 1024;      // a larger or a compressed body is read on a thread of its own …
inline constexpr std::size_t bodies_waiting_bytes_max = 32 * 1024 * 1024;  // … where so much may wait; beyond: `overloaded`
inline constexpr std::uint32_t body_reading_ms_per_window = 3'000;         // of that thread, for one client in rate_window; beyond: 429
inline constexpr auto body_retry_after = 1'000ms;                          // said with that `overloaded`
inline constexpr std::size_t form_fields_max = 1'000;                      // body-parser's own default (parameterLimit)
inline constexpr std::size_t body_members_max = 200'000;                   // of a JSON object at the top of a body: 4 MB to hold

// Signalling (contract §6.3)
inline constexpr std::size_t list_bytes_max = 4 * 1024 * 1024;       // of a list in one answer: then it says that there is more
inline constexpr std::size_t open_sessions_listed_max = 1'000;       // of a user, in one answer: each takes up to 3 KB
inline constexpr std::size_t signalling_payload_bytes_max = 65'536;  // of JSON as sent; each payload is relayed and kept for 30 days

// Rates: fixed windows (contract §2.6, §6.3)
inline constexpr auto rate_window = 60s;
inline constexpr std::uint32_t chat_events_per_window = 120;
inline constexpr std::uint32_t offers_per_window = 10;
inline constexpr std::uint32_t answers_per_window = 10;
inline constexpr std::uint32_t ice_candidates_per_window = 100;
inline constexpr std::uint32_t signalling_chats_per_window = 30;
inline constexpr std::uint32_t signalling_joins_per_window = 5;  // and leaves
inline constexpr std::uint32_t joins_per_window = 2'000;    // of one user over sockets: ten sockets in 32 sessions each come back six times
inline constexpr std::uint32_t entries_per_window = 2'000;  // the same: a log of 20,000 entries takes 100, so twenty of them
inline constexpr std::uint32_t ends_per_window = 300;       // the same: nearly all the sessions that ten sockets can be in
inline constexpr std::uint32_t requests_per_window = 80;
inline constexpr std::uint32_t chat_requests_per_window = 30;
inline constexpr std::uint32_t session_requests_per_window = 30;
inline constexpr auto session_create_window = 300s;
inline constexpr std::uint32_t session_creates_per_window = 10;  // of one address over REST, and of one user over any transport
inline constexpr std::size_t rate_entries_max = 100'000;         // windows remembered; beyond, the oldest go

// ICE servers (contract §5.5)
inline constexpr std::size_t ice_url_bytes_max = 512;        // a host name has 253 (RFC 1035 §2.3.4); the rest is scheme, port, transport
inline constexpr std::size_t turn_username_bytes_max = 128;  // the name after the time, or a static user name
inline constexpr std::size_t turn_secret_bytes_max = 1'024;
inline constexpr std::size_t ice_servers_max = 16;            // configured, handed out and checked; a browser warns from five on
inline constexpr auto ice_check_timeout = 3s;                 // of a whole check, names included: three sendings of a request
inline constexpr std::size_t ice_checks_waiting_max = 256;    // calls that share a check; beyond: `overloaded`
inline constexpr auto turn_rotation_interval = 24h;           // how often the TURN secret is read again; credentials live as long
inline constexpr std::size_t stun_message_bytes_max = 1'500;  // one datagram: what a path without fragments carries
inline constexpr std::size_t stun_attributes_max = 64;        // of one message; real ones have about ten
inline constexpr std::size_t stun_name_bytes_max = 256;       // a user name, a realm, a nonce; RFC 8489 §14.9, §14.10 allow 763 bytes
inline constexpr std::size_t stun_reason_bytes_max = 128;     // of an error's phrase that is shown

// Tokens
inline constexpr std::size_t claim_name_bytes_max = 128;    // of a setting: a name with a domain and a path in it
inline constexpr std::size_t token_bytes_max = 8 * 1024;    // half of a request's headers; ours, RFC 7519 names none
inline constexpr std::size_t verified_tokens_max = 65'536;  // remembered as verified; the oldest half goes first
inline constexpr std::size_t jwt_secret_bytes_min = 16;     // 128 bits: a shorter HMAC key can be guessed from one token

// Settings
inline constexpr std::size_t settings_file_bytes_max = 1024 * 1024;  // a configuration or secret file; larger is the wrong file

// Texts: one has a byte, another thirty thousand, so whatever holds them is bounded in bytes, beside its number above
inline constexpr std::size_t message_utf16_units_default = 1'000;  // contract §4.1; the setting `message_length_max`
inline constexpr std::size_t message_utf16_units_max = 10'000;     // of that setting, and of messages of earlier servers
inline constexpr std::size_t utf8_bytes_per_utf16_unit = 3;        // at most: what takes four bytes is two units
inline constexpr std::size_t message_bytes_max = message_utf16_units_max * utf8_bytes_per_utf16_unit;
inline constexpr std::size_t texts_loaded_bytes_max = 84 * 1024 * 1024;   // of all sessions in memory, keys too: 250,000 short texts
inline constexpr std::size_t session_tail_bytes_max = 400'000;            // of texts and keys; the newest stays in any case
inline constexpr std::size_t session_steps_bytes_max = 16 * 1024 * 1024;  // kept by calls waiting for a session; beyond: `overloaded`
inline constexpr std::size_t read_bytes_max = 1024 * 1024;                // of one stretch of a log that a longer read goes through
inline constexpr std::size_t conflict_tail_bytes_max = append_entries_max * entry_bytes_max;  // so that a whole append is in it
inline constexpr std::size_t page_bytes_max = 3'000'000;                 // of a page's texts: page_limit_max of the default length
inline constexpr std::size_t entries_bytes_max = 4 * 1024 * 1024;        // of an answer over HTTP, as they are stored; at least one goes
inline constexpr std::size_t mongo_document_bytes_max = 1024 * 1024;     // whoever reads an entry reads its document; passed by one append
inline constexpr std::size_t mongo_mirror_bytes_max = 16 * 1024 * 1024;  // of documents mirrored at one time; passed by one
inline constexpr std::int64_t mongo_stray_places_max = 16;               // looked at for late writes at one time: each may hold a document
inline constexpr std::size_t mongo_adoption_page_bytes_max = 16 * 1024 * 1024;  // of messages read at one time; passed by one

// Threads
inline constexpr std::size_t event_loops_max = 64;
inline constexpr std::size_t handlers_per_flush = 64;  // handlers run before everything corked is sent …
inline constexpr auto turn_time = 2ms;                 // … or so long

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
