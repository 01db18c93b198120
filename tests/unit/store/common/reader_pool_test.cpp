// The reader threads: the effect of a stop on running jobs and on waiting ones.
#include "store/common/reader_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "domain/error_code.hpp"

namespace parley::store {
namespace {

class EmptyReader final : public LogReader {
 public:
  Result<std::optional<domain::EncodedEntry>> last(SessionNumber) override { return std::nullopt; }
  Result<domain::EncodedEntry> entry(SessionNumber, std::uint32_t) override { return refuse(ErrorCode::not_found, "No such entry"); }
  Result<std::vector<domain::EncodedEntry>> range(SessionNumber, std::uint32_t, Portion) override { return {}; }
  Result<std::optional<std::uint32_t>> find_key(SessionNumber, const Key16&) override { return std::nullopt; }
  Result<std::vector<std::uint32_t>> deleted(SessionNumber) override { return {}; }
};

TEST(ReaderPool, a_stop_finishes_what_is_being_read_and_drops_what_waits) {
  ReaderPool pool([] { return std::make_unique<EmptyReader>(); }, 1);
  std::promise<void> started;
  std::promise<void> go_on;
  std::atomic<int> read = 0;
  ASSERT_TRUE(pool.run([&](LogReader&) {
    started.set_value();
    go_on.get_future().wait();
    ++read;
  }));
  started.get_future().wait();
  for (int count = 0; count < 10; ++count) ASSERT_TRUE(pool.run([&](LogReader&) { ++read; }));
  std::thread stopper([&] { pool.stop(); });
  // Until the other thread begins to stop the pool, jobs are accepted, or refused as overload when the queue is full.
  Result<void> accepted;
  while (accepted || accepted.error().code == ErrorCode::overloaded) accepted = pool.run([&](LogReader&) { ++read; });
  EXPECT_EQ(accepted.error().code, ErrorCode::store_failed);
  EXPECT_EQ(pool.waiting(), 0u);
  go_on.set_value();
  stopper.join();
  EXPECT_EQ(read, 1);
}

}  // namespace
}  // namespace parley::store
