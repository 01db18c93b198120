#include "server/connection/outbound_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.hpp"

namespace parley::server {
namespace {

TEST(OutboundQueue, everything_appended_is_one_piece_in_order) {
  OutboundQueue queue;
  queue.append("one ");
  queue.tail() += "two ";
  queue.append("three");
  EXPECT_EQ(queue.unsent(), "one two three");
  EXPECT_EQ(queue.size(), 13u);
}

TEST(OutboundQueue, a_partial_send_leaves_the_rest) {
  OutboundQueue queue;
  queue.append("abcdef");
  queue.consume(4);
  queue.append("gh");
  EXPECT_EQ(queue.unsent(), "efgh");
  queue.consume(4);
  EXPECT_TRUE(queue.empty());
}

TEST(OutboundQueue, what_is_mostly_sent_is_forgotten_without_losing_a_byte) {
  OutboundQueue queue;
  std::string all;
  for (int index = 0; index < 40'000; ++index) all += std::to_string(index);
  queue.append(all);
  std::string sent;
  while (!queue.empty()) {
    const auto piece = queue.unsent().substr(0, 7'001);
    sent += piece;
    queue.consume(piece.size());
  }
  EXPECT_EQ(sent, all);
}

TEST(OutboundQueue, an_empty_queue_keeps_no_memory) {
  OutboundQueue queue;
  for (const std::size_t size : {100u, 10'000u, 1'000'000u}) {
    queue.append(std::string(size, 'x'));
    EXPECT_GE(queue.memory_bytes(), size);
    queue.consume(size);
    EXPECT_EQ(queue.memory_bytes(), 0u) << size;
  }
}

TEST(OutboundQueue, memory_serves_the_next_queue_unless_it_is_large) {
  OutboundQueue one;
  OutboundQueue other;
  one.append(std::string(5'000, 'x'));
  one.clear();
  other.append("y");
  EXPECT_GE(other.memory_bytes(), 5'000u);
  EXPECT_EQ(other.unsent(), "y");
  other.append(std::string(1'000'000, 'x'));
  other.clear();
  one.append("z");
  EXPECT_LT(one.memory_bytes(), 1'000'000u);
}

TEST(OutboundQueue, only_a_limited_number_of_memories_is_kept) {
  constexpr std::size_t more = limits::outbound_memories_kept_max + 10;
  std::vector<OutboundQueue> queues(more);
  for (OutboundQueue& queue : queues) queue.append(std::string(3'000, 'x'));
  for (OutboundQueue& queue : queues) queue.clear();
  for (OutboundQueue& queue : queues) queue.append("y");
  const auto served = std::ranges::count_if(queues, [](const OutboundQueue& queue) { return queue.memory_bytes() >= 3'000; });
  EXPECT_EQ(static_cast<std::size_t>(served), limits::outbound_memories_kept_max);
}

TEST(OutboundQueue, clearing_drops_what_is_unsent) {
  OutboundQueue queue;
  queue.append("abc");
  queue.consume(1);
  queue.clear();
  EXPECT_TRUE(queue.empty());
  queue.append("d");
  EXPECT_EQ(queue.unsent(), "d");
}

}  // namespace
}  // namespace parley::server
