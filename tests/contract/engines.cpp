// The engines of the contract suite: the model and the embedded store are here, the MongoDB engines are in mongo_engines.cpp.
#include <algorithm>
#include <iterator>

#include "base/log_sink.hpp"
#include "contract/busy_readers.hpp"
#include "contract/store_under_test.hpp"
#include "domain/error_code.hpp"
#include "store/embedded/embedded_store.hpp"
#include "store/embedded/layout.hpp"
#include "support/faulty_file_system.hpp"
#include "support/model_store.hpp"
#include "support/raw_database.hpp"

namespace parley::test {

namespace {

class ModelUnderTest final : public StoreUnderTest {
 public:
  explicit ModelUnderTest(const ManualClock& clock) : store_(worker_, clock) {}

  store::SessionLog& log() override { return store_; }
  store::Directory& directory() override { return store_; }
  store::SignallingRecord& signalling() override { return store_; }
  store::RevocationRecord& revocations() override { return store_; }
  store::ClockRecord& clock_record() override { return store_; }
  void hold() override { store_.hold_commits(); }
  void release() override { store_.release_commits(); }
  void pause_reads() override { store_.hold_reads(); }
  void resume_reads() override { store_.release_reads(); }
  void reopen() override {}  // the model has no files
  void fill() override { store_.fill(true); }
  void damage(SessionNumber session, std::uint32_t seq) override { store_.corrupt(session, seq); }
  void break_sync() override { store_.break_sync(); }
  bool run_until(ManualLoop& loop, const std::function<bool()>& done) override {
    while (!done())
      if (run_all({&loop, &worker_}) == 0) return done();
    return true;
  }

 private:
  ManualLoop worker_{63};
  ModelStore store_;
};

class EmbeddedUnderTest final : public StoreUnderTest {
 public:
  explicit EmbeddedUnderTest(const ManualClock& clock) : clock_(clock) { open(); }
  ~EmbeddedUnderTest() override {
    files_->release_syncs();
    resume_reads();
  }

  store::SessionLog& log() override { return *store_; }
  store::Directory& directory() override { return *store_; }
  store::SignallingRecord& signalling() override { return *store_; }
  store::RevocationRecord& revocations() override { return *store_; }
  store::ClockRecord& clock_record() override { return *store_; }
  void hold() override { files_->hold_syncs(); }
  void release() override { files_->release_syncs(); }
  void pause_reads() override { busy_.start(*store_, limits::reader_threads_default); }
  void resume_reads() override { busy_.end(); }
  void reopen() override {
    store_.reset();
    open();
  }
  void fill() override { files_->set_free_bytes(1024); }
  void damage(SessionNumber session, std::uint32_t seq) override {
    store_.reset();
    RawDatabase(directory_.path()).flip_bit("log", store::embedded::log_key(session, seq), 40);
    open();
  }
  void break_sync() override { files_->fail_sync(1); }
  bool run_until(ManualLoop& loop, const std::function<bool()>& done) override { return loop.run_until(done); }

 private:
  void open() {
    auto opened =
        store::embedded::EmbeddedStore::open({.directory = directory_.path()}, {.clock = clock_, .logs = logs_, .file_system = files_});
    if (!opened) throw std::runtime_error(opened.error().message + opened.error().detail);
    store_ = *std::move(opened);
  }

  const ManualClock& clock_;
  NullLogSink logs_;
  TemporaryDirectory directory_;
  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  BusyReaders busy_;
  std::unique_ptr<store::embedded::EmbeddedStore> store_;
};

template <typename Kind>
std::unique_ptr<StoreUnderTest> make(const ManualClock& clock) {
  return std::make_unique<Kind>(clock);
}

}  // namespace

std::vector<Engine> engines() {
  std::vector<Engine> all = {{"model", &make<ModelUnderTest>}, {"embedded", &make<EmbeddedUnderTest>}};
  std::ranges::move(mongo_engines(), std::back_inserter(all));
  return all;
}

std::vector<Engine> engines_that_latch() {
  auto some = engines();
  std::erase_if(some, [](const Engine& engine) { return engine.failed_sync != Engine::FailedSync::is_final; });
  return some;
}

std::vector<Engine> engines_that_remember_users() {
  auto some = engines();
  std::erase_if(some, [](const Engine& engine) { return engine.users != Engine::Users::remembered; });
  return some;
}

}  // namespace parley::test
