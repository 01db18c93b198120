#include "server/connection/outbound_queue.hpp"

#include <gtest/gtest.h>

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

TEST(OutboundQueue, an_empty_queue_gives_large_memory_back) {
  OutboundQueue queue;
  queue.append(std::string(1'000'000, 'x'));
  queue.consume(1'000'000);
  EXPECT_LE(queue.tail().capacity(), 1024u);
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
