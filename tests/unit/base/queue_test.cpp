#include "base/queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace parley {
namespace {

TEST(Queue, items_leave_in_the_order_in_which_they_came) {
  Queue<std::string> queue;
  queue.push("a");
  queue.push("b");
  EXPECT_EQ(queue.pop(), "a");
  queue.push("c");
  EXPECT_EQ(queue.pop(), "b");
  EXPECT_EQ(queue.pop(), "c");
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, the_index_counts_from_the_first_item) {
  Queue<int> queue;
  for (int item = 0; item < 5; ++item) queue.push(item);
  queue.pop();
  queue.pop();
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_EQ(queue[0], 2);
  EXPECT_EQ(queue[2], 4);
  EXPECT_EQ(queue.items().size(), 3u);
  EXPECT_EQ(queue.items().back(), 4);
}

TEST(Queue, a_line_that_never_empties_keeps_its_order) {
  Queue<int> queue;
  int pushed = 0;
  int popped = 0;
  for (; pushed < 100; ++pushed) queue.push(pushed);
  for (; popped < 1000; ++popped) {
    EXPECT_EQ(queue.pop(), popped);
    queue.push(pushed++);
    EXPECT_EQ(queue.size(), 100u);
  }
}

TEST(Queue, the_last_item_can_be_taken_too) {
  Queue<int> queue;
  for (int item = 0; item < 4; ++item) queue.push(item);
  EXPECT_EQ(queue.pop(), 0);
  EXPECT_EQ(queue.back(), 3);
  EXPECT_EQ(queue.pop_back(), 3);
  EXPECT_EQ(queue.pop_back(), 2);
  EXPECT_EQ(queue.pop_back(), 1);
  EXPECT_TRUE(queue.empty());
  queue.push(4);
  EXPECT_EQ(queue.front(), 4);
}

TEST(Queue, a_taken_item_is_not_kept) {
  Queue<std::shared_ptr<int>> queue;
  const auto item = std::make_shared<int>(1);
  for (int count = 0; count < 3; ++count) queue.push(item);
  queue.pop();
  queue.pop();
  EXPECT_EQ(item.use_count(), 2);
}

}  // namespace
}  // namespace parley
