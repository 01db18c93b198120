#include "main/metrics.hpp"

#include "observability/metrics_text.hpp"

namespace parley::main {

namespace {

using observability::MetricsText;

void add(MetricsText& text, const server::ServerCounts& counts) {
  text.gauge("parley_connections_open", "Engine.IO sessions now.", counts.connections_open)
      .counter("parley_connections_total", "Engine.IO sessions since start.", counts.connections_total)
      .gauge("parley_connections_peak", "Most Engine.IO sessions at one time since start.", counts.connections_peak)
      .counter("parley_connections_refused_total", "Connections refused.", counts.connections_refused)
      .counter("parley_slow_readers_cut_total", "Connections cut because they did not read.", counts.slow_readers_cut)
      .gauge("parley_connections_accepted", "TCP connections now.", counts.sockets_open)
      .gauge("parley_strangers_open", "TCP connections now that nobody has signed in on.", counts.strangers)
      .gauge("parley_handshakes_open", "Engine.IO sessions now that have not signed in yet.", counts.handshakes)
      .counter("parley_strangers_closed_total", "Idle connections that nobody had signed in on, closed for newcomers.",
               counts.strangers_closed)
      .counter("parley_newcomers_turned_away_total", "Connections closed as soon as they were accepted.", counts.newcomers_turned_away)
      .counter("parley_handshakes_ended_total", "Engine.IO sessions that had not signed in, ended for newcomers.", counts.handshakes_ended)
      .counter("parley_handshakes_refused_total", "Engine.IO handshakes refused because too many had not signed in.",
               counts.handshakes_refused)
      .counter("parley_holders_cut_total", "Connections cut because they held most of too much memory.", counts.holders_cut)
      .counter("parley_sent_bytes_total", "Bytes sent.", counts.bytes_sent)
      .counter("parley_sends_total", "System calls that sent them.", counts.sends)
      .counter("parley_receives_total", "System calls that received bytes.", counts.receives)
      .counter("parley_waits_total", "System calls that asked for ready connections (epoll_wait).", counts.waits)
      .counter("parley_watch_changes_total", "System calls that changed what is asked for (epoll_ctl).", counts.watch_changes);
}

void add(MetricsText& text, const http_api::Figures& figures) {
  const service::ServiceCounts& counts = figures.service;
  text.gauge("parley_sockets_open", "Signed-in sockets now.", counts.connections)
      .counter("parley_sockets_total", "Signed-in sockets since start.", counts.connections_total)
      .gauge("parley_sockets_peak", "Most signed-in sockets at one time since start.", counts.connections_peak)
      .gauge("parley_sockets_last_minute", "Sockets that came in the last 60 s.", counts.connections_last_minute)
      .counter("parley_sockets_refused_total", "Sockets refused when they connected.", counts.connections_refused)
      .gauge("parley_sessions_joined", "Sessions somebody is joined to.", counts.sessions_joined)
      .counter("parley_requests_rate_limited_total", "Requests answered 429.", figures.requests_rate_limited)
      .gauge("parley_rate_windows", "Windows that limiters remember.", figures.rate_windows())
      .gauge("parley_resident_bytes", "Resident memory.", figures.resident_bytes)
      .gauge("parley_uptime_seconds", "Whole seconds since start.",
             static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(figures.uptime).count()));
  text.counter("parley_messages_stored_total", "Messages made durable.", counts.messages_stored)
      .counter("parley_messages_delivered_total", "Messages handed to members.", counts.messages_delivered)
      .gauge("parley_sessions_loaded", "Sessions in memory.", counts.sessions_loaded)
      .gauge("parley_members_joined", "Sockets that joined a session.", counts.members_joined)
      .counter("parley_refused_rate_limited_total", "Events refused by a rate limit.", counts.refused_rate_limited)
      .counter("parley_refused_overloaded_total", "Requests refused because a queue was full.", counts.refused_overloaded);
}

void add(MetricsText& text, const store::StoreHealth& health) {
  using store::CommitCause;
  const auto of = [&](CommitCause cause) { return health.commits_by_cause[static_cast<std::size_t>(cause)]; };
  std::vector<MetricsText::Bucket> buckets;
  for (std::size_t index = 0; index + 1 < health.sync_buckets.size(); ++index) {
    buckets.push_back({(std::uint64_t{1} << index) - 1, health.sync_buckets[index]});  // bucket `index` counts values below 2^index
  }
  text.gauge("parley_store_writable", "1 while the store takes entries.", health.writable ? 1 : 0)
      .gauge("parley_store_has_room", "1 while there is room for messages and sessions.", health.has_room ? 1 : 0)
      .gauge("parley_store_free_bytes", "Free bytes as of the last look.", health.free_bytes)
      .gauge("parley_store_cache_bytes", "Memory of recently read data, as of the last look.", health.cache_bytes)
      .gauge("parley_store_write_buffer_bytes", "Memory of data that is logged and not yet in files, as of the last look.",
             health.write_buffer_bytes)
      .gauge("parley_store_damaged_sessions", "Sessions whose log is damaged.", health.damaged_sessions)
      .counter("parley_store_commits_total", "Synced writes.", health.commits)
      .counter("parley_store_commits_without_rest_total", "Commits that began at once.", of(CommitCause::no_rest))
      .counter("parley_store_commits_when_idle_total", "Commits that began because every loop with appends was idle.",
               of(CommitCause::loops_idle))
      .counter("parley_store_commits_after_rest_total", "Commits that began after the whole rest, with busy loops.",
               of(CommitCause::rest_over))
      .counter("parley_store_rest_microseconds_total", "Rests before commits.", health.rest_microseconds)
      .counter("parley_store_entries_total", "Entries in them.", health.entries_committed)
      .counter("parley_store_entry_bytes_total", "Bytes of those entries.", health.bytes_committed)
      .counter("parley_store_conflicts_total", "Appends that met another head.", health.conflicts)
      .counter("parley_store_refused_total", "Appends refused.", health.refused)
      .gauge("parley_store_queued_entries", "Entries that wait for a commit.", health.queued_entries)
      .gauge("parley_store_queued_reads", "Read jobs that wait.", health.queued_reads)
      .gauge("parley_store_mirror_behind", "Commits that the collections of other software do not show yet.", health.mirror_behind)
      .counter("parley_store_mirror_refused_total", "Documents for other software that the database did not take.", health.mirror_refused)
      .gauge("parley_store_change_stream", "1 while a change stream says what other software writes.", health.change_stream ? 1 : 0)
      .counter("parley_store_foreign_writes_total", "Entries of the log that other software wrote.", health.foreign_writes)
      .counter("parley_store_foreign_deletions_total", "Messages that other software deleted.", health.foreign_deletions)
      .counter("parley_store_foreign_losses_total", "Documents that disappeared and were not taken for deletions.", health.foreign_losses)
      .counter("parley_store_signalling_dropped_total", "Signalling records dropped because the queue was full or room was short.",
               health.signalling_dropped)
      .counter("parley_store_users_dropped_total", "User rows dropped because the queue was full or room was short.", health.users_dropped)
      .histogram("parley_store_sync_microseconds", "Duration of syncs.", {buckets, health.sync_microseconds, health.sync_count});
}

}  // namespace

std::string metrics_text(const server::ServerCounts& server, const http_api::Figures& figures, const store::StoreHealth& store) {
  MetricsText text;
  add(text, server);
  add(text, figures);
  add(text, store);
  return std::move(text).take();
}

std::vector<std::string> reasons_not_ready(const store::StoreHealth& store) {
  std::vector<std::string> reasons;
  if (!store.writable)
    reasons.push_back((store.final ? "The store takes no entries until restart: " : "The store takes no entries now: ") + store.reason);
  if (store.writable && !store.has_room) reasons.push_back("The store is full: " + store.reason);
  return reasons;
}

}  // namespace parley::main
