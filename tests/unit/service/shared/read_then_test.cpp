// The threads on which a read, its answer and the objects of the answer begin and end.
#include "service/shared/read_then.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "domain/error_code.hpp"
#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"
#include "support/model_store.hpp"

namespace parley::service {
namespace {

using test::ManualClock;
using test::ManualLoop;
using test::ModelStore;

/// Keeps the job until the test runs it. So it behaves like a reader that is slower than the loop.
class HeldLog final : public store::SessionLog {
 public:
  void attach(EventLoop&, store::CommitListener&) override {}
  void append(EventLoop&, store::Append) override {}
  Result<void> read(ReadJob job) override {
    if (refuses) return refuse(ErrorCode::overloaded, "The server is overloaded");
    held = std::move(job);
    return {};
  }

  bool refuses = false;
  ReadJob held;
};

struct ReadThen : testing::Test {
  /// Runs the job as a reader would, and keeps it.
  void run_job() {
    ASSERT_TRUE(store.read([&](store::LogReader& reader) { log.held(reader); }));
    worker.run_pending();
  }

  ManualClock clock;
  ManualLoop loop{0};
  ManualLoop worker{1};
  ModelStore store{worker, clock};
  HeldLog log;
  std::shared_ptr<int> connection = std::make_shared<int>(1);
  const std::weak_ptr<int> watched{connection};
};

TEST_F(ReadThen, what_an_answer_holds_ends_on_its_loop_however_slow_the_reader_is) {
  std::optional<int> told;
  const auto read = [](store::LogReader&) { return 7; };
  EXPECT_TRUE(read_then<int>(log, loop, read, [&told, held = std::move(connection)](Result<int> result) { told = *result; }));
  run_job();
  EXPECT_EQ(told, std::nullopt) << "the answer is the loop's to give";
  EXPECT_FALSE(watched.expired());
  loop.run_pending();
  EXPECT_EQ(told, 7);
  EXPECT_TRUE(watched.expired()) << "else the last of it goes with the job, on a reader's thread";
}

TEST_F(ReadThen, that_is_refused_is_answered_at_once) {
  log.refuses = true;
  std::optional<ErrorCode> told;
  EXPECT_FALSE(read_then<int>(log, loop, [](store::LogReader&) { return 7; }, [&](Result<int> result) { told = result.error().code; }));
  EXPECT_EQ(told, ErrorCode::overloaded);
}

}  // namespace
}  // namespace parley::service
