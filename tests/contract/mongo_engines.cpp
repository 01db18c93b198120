// The MongoDB store in the contract suite: a real standalone mongod and a real replica set of three, each reached through TCP gates.
#include <map>
#include <stdexcept>

#include "base/log_sink.hpp"
#include "contract/busy_readers.hpp"
#include "contract/store_under_test.hpp"
#include "store/mongo/log/log_view.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/mongod.hpp"
#include "support/tcp_gate.hpp"

namespace parley::test {

namespace {

namespace mongo = store::mongo;

/// Forwards to the current store, and can attach the listener again after the store was replaced.
class ForwardingLog final : public store::SessionLog {
 public:
  void attach(EventLoop& loop, store::CommitListener& listener) override {
    attached_ = {&loop, &listener};
    store->attach(loop, listener);
  }
  void append(EventLoop& loop, store::Append append) override { store->append(loop, std::move(append)); }
  Result<void> read(ReadJob job) override { return store->read(std::move(job)); }
  void attach_again() { store->attach(*attached_.first, *attached_.second); }

  mongo::MongoStore* store = nullptr;

 private:
  std::pair<EventLoop*, store::CommitListener*> attached_{};
};

template <typename Result>
auto value(Result result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

class MongoUnderTest : public StoreUnderTest {
 public:
  store::SessionLog& log() override { return log_; }
  store::Directory& directory() override { return *store_; }
  store::SignallingRecord& signalling() override { return *store_; }
  store::RevocationRecord& revocations() override { return *store_; }
  store::ClockRecord& clock_record() override { return *store_; }
  void hold() override {
    for (TcpGate* gate : gates_) gate->hold("parley-write");
  }
  void release() override {
    for (TcpGate* gate : gates_) gate->release("parley-write");
  }
  void pause_reads() override { busy_.start(*store_, limits::mongo_readers_default); }
  void resume_reads() override { busy_.end(); }
  void reopen() override {
    store_.reset();
    open();
  }
  void fill() override {
    store_.reset();
    free_bytes_min_ = std::uint64_t{1} << 62;
    open();
    log_.attach_again();
    while (store_->health().has_room) std::this_thread::yield();
  }
  void damage(SessionNumber session, std::uint32_t seq) override;
  void break_sync() override { throw std::logic_error("a failed write passes here"); }
  bool run_until(ManualLoop& loop, const std::function<bool()>& done) override { return loop.run_until(done); }

 protected:
  MongoUnderTest(const ManualClock& clock, std::string uri, std::vector<TcpGate*> gates)
      : clock_(clock), uri_(std::move(uri)), gates_(std::move(gates)) {
    clear();
    open();
  }
  ~MongoUnderTest() override {
    busy_.end();
    release();
    store_.reset();
  }

 private:
  void open() {
    store_ = value(mongo::MongoStore::open({.uri = uri_, .free_bytes_min = free_bytes_min_}, {.clock = clock_, .logs = logs_}));
    log_.store = store_.get();
  }
  /// A pool for the test's own commands. It is never closed, because closing takes half a second.
  [[nodiscard]] mongo::Client hands() const {
    static auto& pools = *new std::map<std::string, std::unique_ptr<mongo::ClientPool>>();
    auto& pool = pools[uri_];
    if (!pool) pool = value(mongo::ClientPool::make(uri_, "test", 2));
    return pool->take();
  }
  void clear() {
    auto client = hands();
    for (const auto name : {mongo::collection::log, mongo::collection::sessions, mongo::collection::signalling, mongo::collection::revoked,
                            mongo::collection::chat, mongo::collection::audits}) {
      empty(client, name);
    }
    // The deletions must not reach the next test: its messages have the same ids.
    for (const auto* name : {"changes", "clock"}) {
      mongo::Document noted;
      noted.text("_id", name);
      const mongo::Document forget = mongo::delete_of(noted);
      value(client.remove(mongo::collection::nodes, {&forget, 1}));
    }
  }

  /// A small collection is emptied and keeps its indexes, because creating indexes takes time. A large one is dropped: that is faster.
  static void empty(mongo::Client& client, std::string_view collection) {
    mongo::Document count;
    count.text("count", collection);
    if (mongo::Fields(value(client.command(count))).integer("n").value_or(0) > few_documents) {
      mongo::Document drop;
      drop.text("drop", collection);
      [[maybe_unused]] const auto dropped = value(client.command(drop));
      return;
    }
    mongo::Document all;
    all.document("q", mongo::Document()).int32("limit", 0);
    value(client.remove(collection, {&all, 1}));
  }

  static constexpr std::int64_t few_documents = 5000;
  const ManualClock& clock_;
  const std::string uri_;
  const std::vector<TcpGate*> gates_;
  std::uint64_t free_bytes_min_ = 1;
  NullLogSink logs_;
  BusyReaders busy_;
  ForwardingLog log_;
  std::unique_ptr<mongo::MongoStore> store_;
};

void MongoUnderTest::damage(SessionNumber session, std::uint32_t seq) {
  store_.reset();
  auto client = hands();
  store::StoreState state(logs_);
  const auto document = *value(mongo::LogView(client, state).document_of(session, seq));
  Bytes record = document.records[seq - document.first];
  record[40] = static_cast<char>(record[40] ^ 1);
  mongo::Document fields;
  fields.binary("entries." + std::to_string(seq - document.first), record);
  mongo::Document change;
  change.document("$set", fields);
  mongo::Document statement;
  statement.document("q", mongo::id_range(session, document.first, document.first)).document("u", change);
  value(client.update(mongo::collection::log, {&statement, 1}));
  open();
}

/// The gate is in front of the standalone server, and both live equally long.
class StandaloneUnderTest final : public MongoUnderTest {
 public:
  explicit StandaloneUnderTest(const ManualClock& clock)
      : MongoUnderTest(clock, "mongodb://127.0.0.1:" + std::to_string(gate().port()) + "/contract", {&gate()}) {}

 private:
  static TcpGate& gate() {
    static TcpGate gate(SharedMongod::standalone().port());
    return gate;
  }
};

class ReplicaSetUnderTest final : public MongoUnderTest {
 public:
  explicit ReplicaSetUnderTest(const ManualClock& clock) : MongoUnderTest(clock, uri(), gates()) {}

 private:
  static constexpr int members = 3;
  static std::string uri() {
    std::string uri = SharedMongod::gated_replica_set(members).uri();
    return uri.insert(uri.find('?') == std::string::npos ? uri.size() : uri.find('?'), "contract");
  }
  static std::vector<TcpGate*> gates() {
    std::vector<TcpGate*> gates;
    for (int member = 0; member < members; ++member) gates.push_back(&SharedMongod::gated_replica_set(members).gate(member));
    return gates;
  }
};

template <typename Kind>
std::unique_ptr<StoreUnderTest> make(const ManualClock& clock) {
  return std::make_unique<Kind>(clock);
}

}  // namespace

std::vector<Engine> mongo_engines() {
  constexpr auto passes = Engine::FailedSync::passes;
  constexpr auto read_only = Engine::Users::read_only;
  return {{"mongo_standalone", &make<StandaloneUnderTest>, passes, read_only},
          {"mongo_replica_set", &make<ReplicaSetUnderTest>, passes, read_only}};
}

}  // namespace parley::test
