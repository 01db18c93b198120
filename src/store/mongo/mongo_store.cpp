// Connects the parts.
#include "store/mongo/mongo_store.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/reader_pool.hpp"
#include "store/mongo/adoption/foreign_watch.hpp"
#include "store/mongo/adoption/session_directory.hpp"
#include "store/mongo/log/committer.hpp"
#include "store/mongo/log/erasure.hpp"
#include "store/mongo/log/lanes.hpp"
#include "store/mongo/log/log_reader.hpp"
#include "store/mongo/log/settled_places.hpp"
#include "store/mongo/mirror/mirror.hpp"
#include "store/mongo/row_writer.hpp"
#include "store/mongo/schema.hpp"

namespace parley::store::mongo {

namespace {

// The names that the database shows for these connections. A proxy in between can tell the connections apart by them.
constexpr std::string_view writing = "parley-write";
constexpr std::string_view reading = "parley-read";
constexpr std::string_view watching = "parley-watch";

Result<void> check(const MongoConfig& config) {
  if (config.writers < 1 || config.writers > limits::mongo_writers_max)
    return refuse(ErrorCode::invalid_argument, "The store needs 1 to " + std::to_string(limits::mongo_writers_max) + " writers");
  if (config.reader_threads < 1 || config.reader_threads > limits::reader_threads_max)
    return refuse(ErrorCode::invalid_argument, "The store needs 1 to " + std::to_string(limits::reader_threads_max) + " reader threads");
  return {};
}

}  // namespace

// In the order of construction: the threads must end before the objects that they use are destroyed.
struct MongoStore::Parts {
  Parts(const MongoConfig& given, MongoDependencies dependencies)
      : config(given),
        clock(dependencies.clock),
        logs(dependencies.logs),
        state(dependencies.logs),
        ports(state),
        adopter({.state = state,
                 .clock = clock,
                 .logs = dependencies.logs,
                 .places = places,
                 .roles = std::move(dependencies.roles),
                 .entropy = std::move(dependencies.entropy),
                 .announce = [this](SessionNumber session) { ports.announce(session); }}) {}

  /// libmongoc takes half a second to end the threads of a pool, so the pools end in parallel.
  ~Parts() {
    committer.reset();
    mirror.reset();
    watch.reset();
    rows.reset();
    readers.reset();
    std::thread other([this] { read_clients.reset(); });
    std::thread third([this] { watch_clients.reset(); });
    write_clients.reset();
    other.join();
    third.join();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const MongoConfig config;
  const Clock& clock;
  LogSink& logs;
  StoreState state;
  std::unique_ptr<ClientPool> write_clients;
  std::unique_ptr<ClientPool> read_clients;
  std::unique_ptr<ClientPool> watch_clients;
  Lanes lanes;
  SettledPlaces places;
  LoopPorts ports;
  std::int64_t node_number = 0;
  Adopter adopter;
  std::unique_ptr<SessionDirectory> directory;
  std::unique_ptr<ReaderPool> readers;
  std::unique_ptr<RowWriter> rows;
  std::unique_ptr<ForeignWatch> watch;
  std::unique_ptr<Mirror> mirror;
  std::unique_ptr<Committer> committer;
  std::atomic<bool> stopped = false;

  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<void> prepare();
  void start();
};

Result<void> MongoStore::Parts::connect() {
  for (const std::string& option : options_not_used(config.uri))
    logs.write(LogLevel::warning, "store", "an option of the MongoDB URI is not used: Parley decides it itself", {{"option", option}});
  constexpr std::uint32_t others = 4;  // for the row writer, the mirror and the opening of the store
  auto writes = ClientPool::make(config.uri, writing, static_cast<std::uint32_t>(config.writers) + others);
  if (!writes) return std::unexpected(writes.error());
  // A read job has one client for the log and takes another for the directory.
  auto reads = ClientPool::make(config.uri, reading, 2 * static_cast<std::uint32_t>(config.reader_threads) + others);
  if (!reads) return std::unexpected(reads.error());
  auto watches = ClientPool::make(config.uri, watching, 1);
  if (!watches) return std::unexpected(watches.error());
  write_clients = *std::move(writes);
  watch_clients = *std::move(watches);
  read_clients = *std::move(reads);
  return {};
}

Result<void> MongoStore::Parts::prepare() {
  const auto topology = prepare_database(*write_clients, config, writing, logs);
  if (!topology) return std::unexpected(topology.error());
  read_clients->set_topology(*topology);
  watch_clients->set_topology(*topology);
  Client client = write_clients->take();
  const auto node = draw_node_number(client, config.uri);
  if (!node) return std::unexpected(node.error());
  if (auto registered = register_node(client, config.uri, *node, clock.now()); !registered) return registered;
  places.begin(*node);
  node_number = *node;
  return *topology == Topology::standalone ? finish_erasures(client, state) : Result<void>();
}

void MongoStore::Parts::start() {
  state.note_answer(clock.steady_now());
  directory = std::make_unique<SessionDirectory>(*read_clients, state, adopter);
  readers = std::make_unique<ReaderPool>(
      [this] { return std::make_unique<MongoLogReader>(read_clients->take(), state, lanes, read_clients->topology()); },
      config.reader_threads);
  rows = std::make_unique<RowWriter>(*write_clients, state, clock, config);
  watch = std::make_unique<ForeignWatch>(
      ForeignWatch::Dependencies{*watch_clients, state, ports, clock, logs, *directory, places, adopter.entropy()});
  const auto look = [this](const SessionId& session) { watch->look(session); };
  mirror = std::make_unique<Mirror>(Mirror::Dependencies{.clients = *write_clients,
                                                         .state = state,
                                                         .places = places,
                                                         .ports = ports,
                                                         .clock = clock,
                                                         .logs = logs,
                                                         .look = look,
                                                         .may_mirror_others = [this] { return watch->is_caught_up(); }},
                                    node_number);
  committer = std::make_unique<Committer>(Committer::Dependencies{*write_clients, state, clock, lanes, places, ports, config, look});
}

Result<std::unique_ptr<MongoStore>> MongoStore::open(const MongoConfig& config, MongoDependencies dependencies) {
  if (auto checked = check(config); !checked) return std::unexpected(checked.error());
  auto parts = std::make_unique<Parts>(config, std::move(dependencies));
  if (auto connected = parts->connect(); !connected) return std::unexpected(connected.error());
  if (auto prepared = parts->prepare(); !prepared) return std::unexpected(prepared.error());
  parts->start();
  return std::unique_ptr<MongoStore>(new MongoStore(std::move(parts)));
}

MongoStore::MongoStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

MongoStore::~MongoStore() {
  stop();
}

void MongoStore::stop() {
  if (parts_->stopped.exchange(true)) return;
  parts_->committer->stop();
  parts_->rows->stop();
  parts_->readers->stop();
  parts_->watch->stop();
  parts_->mirror->stop();  // after the parts that write
}

void MongoStore::attach(EventLoop& loop, CommitListener& listener) {
  parts_->ports.attach(loop, listener);
}

void MongoStore::append(EventLoop& loop, Append append) {
  parts_->committer->append(loop, std::move(append));
}

Result<void> MongoStore::read(ReadJob job) {
  return parts_->readers->run(std::move(job));
}

ForeignWrites MongoStore::foreign_writes() const {
  return parts_->watch->writes();
}

Result<std::optional<domain::SessionRow>> MongoStore::find_session(const SessionId& session) {
  return parts_->directory->find_session(session);
}

Result<std::optional<domain::SessionRow>> MongoStore::find_session(SessionNumber number) {
  return parts_->directory->find_session(number);
}

Result<std::optional<SessionId>> MongoStore::find_open_session(const UserId& doctor, const UserId& patient) {
  return parts_->directory->find_open_session(doctor, patient);
}

Result<OpenSessionsOfUser> MongoStore::open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after, std::size_t count) {
  return parts_->directory->open_sessions_of(user, after, count);
}

Result<OpenSessions> MongoStore::open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) {
  return parts_->directory->open_sessions_before(created_before, after, count);
}

Result<std::optional<domain::EntryAddress>> MongoStore::find_message(const ObjectId& message) {
  return parts_->directory->find_message(message);
}

Result<std::optional<domain::User>> MongoStore::find_user(const UserId& user) {
  return parts_->directory->find_user(user);
}

void MongoStore::remember_user(const domain::User&) {}

void MongoStore::record(SignallingMessage message) {
  parts_->rows->record(std::move(message));
}

Result<SignallingPage> MongoStore::newest(SessionNumber session, const SessionId& session_id, const SignallingRange& range) {
  Client client = parts_->read_clients->take();
  return parts_->rows->newest(client, session, session_id, range);
}

void MongoStore::revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) {
  parts_->rows->revoke(loop, revocation, std::move(done));
}

Result<std::vector<domain::Revocation>> MongoStore::all_revocations() {
  Client client = parts_->read_clients->take();
  return read_revocations(client);
}

void MongoStore::note_clock(ClockLook look) {
  parts_->rows->note_clock(look);
}

Result<std::optional<ClockLook>> MongoStore::last_clock_look() {
  Client client = parts_->read_clients->take();
  return read_clock_look(client);
}

StoreHealth MongoStore::health() const {
  StoreHealth health = parts_->state.health();
  health.queued_entries = parts_->lanes.waiting_entries();
  health.queued_reads = parts_->readers->waiting();
  health.mirror_behind = parts_->mirror->behind();
  health.change_stream = parts_->watch->writes().noticed == ForeignWrites::Noticed::by_itself;
  const SteadyTime now = parts_->clock.steady_now();
  if (health.writable && now - parts_->state.answered_at() > limits::mongo_silence) {
    health.writable = false;
    health.reason = "MongoDB answers nothing";
  }
  if (parts_->stopped && health.writable) {
    health.writable = false;
    health.final = true;
    health.reason = "The store is stopped";
  }
  return health;
}

}  // namespace parley::store::mongo
