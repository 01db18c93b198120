// The engines that the contract suite runs against: the model and the embedded store.
#include <condition_variable>
#include <latch>
#include <mutex>

#include "base/log_sink.hpp"
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
  void hold() override { store_.hold_commits(); }
  void release() override { store_.release_commits(); }
  void pause_reads() override { store_.hold_reads(); }
  void resume_reads() override { store_.release_reads(); }
  void reopen() override {}  // it has no files
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
  void hold() override { files_->hold_syncs(); }
  void release() override { files_->release_syncs(); }
  void pause_reads() override;
  void resume_reads() override;
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
  std::mutex mutex_;
  std::condition_variable changed_;
  bool paused_ = false;  // guarded by mutex_
  std::unique_ptr<store::embedded::EmbeddedStore> store_;
};

// Each reader thread is kept busy by a job that waits.
void EmbeddedUnderTest::pause_reads() {
  paused_ = true;
  std::latch busy(limits::reader_threads_default);
  for (std::size_t index = 0; index < limits::reader_threads_default; ++index) {
    const auto accepted = store_->read([this, &busy](store::LogReader&) {
      std::unique_lock lock(mutex_);
      busy.count_down();
      changed_.wait(lock, [this] { return !paused_; });
    });
    if (!accepted) throw std::runtime_error("the pool refused");
  }
  busy.wait();
}

void EmbeddedUnderTest::resume_reads() {
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
  }
  changed_.notify_all();
}

template <typename Kind>
std::unique_ptr<StoreUnderTest> make(const ManualClock& clock) {
  return std::make_unique<Kind>(clock);
}

}  // namespace

std::vector<Engine> engines() {
  return {{"model", &make<ModelUnderTest>}, {"embedded", &make<EmbeddedUnderTest>}};
}

}  // namespace parley::test
