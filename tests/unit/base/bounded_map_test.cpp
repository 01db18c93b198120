#include "base/bounded_map.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/sharded_map.hpp"

namespace parley {
namespace {

using Texts = BoundedMap<std::string, std::string, std::hash<std::string_view>>;

TEST(BoundedMap, drops_the_value_that_was_put_first) {
  BoundedMap<int, std::string> map(2);
  map.try_put(1, "one");
  map.try_put(2, "two");
  ASSERT_NE(map.find(1), nullptr) << "at the limit";
  map.try_put(3, "three");
  EXPECT_EQ(map.find(1), nullptr) << "one past it; a value that was only found is not newer";
  EXPECT_EQ(*map.find(2), "two");
  EXPECT_EQ(*map.find(3), "three");
  EXPECT_EQ(map.size(), 2u);
}

TEST(BoundedMap, keeps_the_values_that_are_used) {
  BoundedMap<int, int> map(3);
  for (int key = 1; key <= 3; ++key) map.try_put(key, key);
  EXPECT_EQ(*map.use(1), 1);  // the oldest
  EXPECT_EQ(*map.use(1), 1);  // the newest
  EXPECT_EQ(*map.use(3), 3);  // one in the middle
  EXPECT_EQ(map.use(4), nullptr);
  std::vector<int> order;
  for (; map.oldest() != nullptr; map.drop_oldest()) order.push_back(*map.oldest());
  EXPECT_EQ(order, (std::vector<int>{2, 1, 3}));
  map.try_put(5, 5);
  EXPECT_EQ(*map.oldest(), 5) << "an empty map can be filled again";
}

TEST(BoundedMap, a_key_that_is_put_again_keeps_its_value_and_its_place) {
  BoundedMap<int, std::unique_ptr<int>> map(2);
  EXPECT_TRUE(map.try_put(1, std::make_unique<int>(10)).is_new);
  map.try_put(2, std::make_unique<int>(20));
  auto another = std::make_unique<int>(11);
  const auto [value, is_new] = map.try_put(1, std::move(another));
  EXPECT_FALSE(is_new);
  EXPECT_EQ(*value, 10);
  EXPECT_NE(another, nullptr) << "the arguments were not needed";  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(map.size(), 2u) << "nothing was dropped for it";
  map.try_put(3, nullptr);
  EXPECT_EQ(map.find(1), nullptr);
}

TEST(BoundedMap, a_key_that_was_dropped_is_new_again) {
  BoundedMap<int, int> map(1);
  map.try_put(1, 10);
  map.try_put(2, 20);
  EXPECT_TRUE(map.try_put(1, 11).is_new);
  EXPECT_EQ(*map.find(1), 11);
  EXPECT_EQ(map.size(), 1u);
}

TEST(BoundedMap, holds_one_value_at_least) {
  BoundedMap<int, int> map(0);
  map.try_put(1, 10);
  EXPECT_EQ(*map.find(1), 10);
  EXPECT_EQ(map.oldest(), map.find(1));
}

TEST(BoundedMap, pointers_stay_valid_while_the_table_grows) {
  BoundedMap<int, int> map(10'000);
  const int* const first = &map.try_put(0, 0).value;
  for (int key = 1; key < 10'000; ++key) map.try_put(key, key);
  EXPECT_EQ(map.find(0), first);
  EXPECT_EQ(map.oldest(), first);
}

TEST(BoundedMap, takes_views_of_its_keys) {
  Texts map(2);
  const std::string text = "a longer key";
  map.try_put(std::string_view(text).substr(2), "value");
  EXPECT_EQ(*map.find(std::string_view("longer key")), "value");
  EXPECT_EQ(*map.use("longer key"), "value");
  EXPECT_EQ(map.find(text), nullptr);
}

/// All keys share one bucket and one hash.
struct OneHash {
  std::size_t operator()(int) const { return 7; }
};

TEST(BoundedMap, tells_keys_of_one_hash_apart) {
  BoundedMap<int, int, OneHash> map(3);
  for (int key = 1; key <= 4; ++key) map.try_put(key, 10 * key);
  EXPECT_EQ(map.find(1), nullptr);
  for (int key = 2; key <= 4; ++key) EXPECT_EQ(*map.find(key), 10 * key);
}

struct CountingHash {
  static inline int calls = 0;
  std::size_t operator()(int key) const {
    ++calls;
    return static_cast<std::size_t>(key);
  }
};

TEST(ShardedMap, hashes_a_key_once) {
  ShardedMap<int, int, CountingHash> map(16);
  CountingHash::calls = 0;
  EXPECT_TRUE(map.with(5, [](auto& values, const auto& key) { return values.try_put(key, 50).is_new; }));
  EXPECT_EQ(CountingHash::calls, 1);
  EXPECT_EQ(map.with(5, [](auto& values, const auto& key) { return *values.use(key); }), 50);
  EXPECT_EQ(CountingHash::calls, 2);
  map.with(5 + 16, [](auto& values, const auto& key) { values.try_put(key, 210); });  // drops the other value of the shard
  EXPECT_EQ(CountingHash::calls, 3);
}

TEST(ShardedMap, shares_the_limit_out_to_its_shards) {
  ShardedMap<std::size_t, std::size_t> map(3 * ShardedMap<std::size_t, std::size_t>::shard_count);
  const auto put = [&map](std::size_t key) { map.with(key, [&](auto& values, const auto& hashed) { values.try_put(hashed, key); }); };
  const auto has = [&map](std::size_t key) {
    return std::as_const(map).with(key, [](const auto& values, const auto& hashed) { return values.find(hashed) != nullptr; });
  };
  for (std::size_t round = 0; round < 3; ++round) put(round * map.shard_count);
  EXPECT_TRUE(has(0));
  put(3 * map.shard_count);
  EXPECT_FALSE(has(0)) << "a fourth value of the shard of 0";
  put(1);
  EXPECT_TRUE(has(1) && has(map.shard_count)) << "another shard has room";
  EXPECT_EQ(map.size(), 4u);
  for (std::size_t key = 0; key < 1'000; ++key) put(key);
  EXPECT_EQ(map.size(), 3 * map.shard_count);
}

TEST(ShardedMap, counts_right_under_many_threads) {
  constexpr int rounds = 5'000;
  constexpr int keys = 40;
  ShardedMap<int, int> map(10'000);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&map] {
      for (int round = 0; round < rounds; ++round)
        map.with(round % keys, [](auto& values, const auto& key) { ++values.try_put(key, 0).value; });
    });
  threads.clear();  // joins them
  for (int key = 0; key < keys; ++key)
    EXPECT_EQ(map.with(key, [](auto& values, const auto& hashed) { return *values.find(hashed); }), 4 * rounds / keys);
}

TEST(ShardedMap, stays_bounded_under_many_threads) {
  ShardedMap<int, int> map(64);
  std::atomic<int> mistaken = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&map, &mistaken, thread] {
      for (int round = 0; round < 5'000; ++round) {
        const int key = (round * 7 + thread) % 500;
        map.with(key, [&](auto& values, const auto& hashed) {
          const int* const used = values.use(hashed);
          if (used != nullptr && *used != key) ++mistaken;
          if (values.try_put(hashed, key).value != key) ++mistaken;
        });
      }
    });
  threads.clear();
  EXPECT_EQ(mistaken, 0);
  EXPECT_EQ(map.size(), 64u);
}

}  // namespace
}  // namespace parley
