// Tests each promise of SignallingRecord (src/store/signalling_record.hpp).
#include <algorithm>
#include <vector>

#include "base/limits.hpp"
#include "contract/read_fixture.hpp"

namespace parley::test {

using store::SignallingMessage;

TEST_P(ReadContract, signalling_comes_newest_first_and_at_most_as_much_as_asked) {
  const SessionNumber session{7};
  std::vector<SignallingMessage> sent;
  for (std::uint32_t index = 0; index < 10; ++index) {
    sent.push_back(signalling_message(session, index, ManualClock::start + std::chrono::seconds{index / 2}));
    store->signalling().record(sent.back());
  }
  store->signalling().record(signalling_message(SessionNumber{8}, 99, ManualClock::start));
  wait_for_signalling(session, 10);
  std::ranges::reverse(sent);
  EXPECT_EQ(*newest(session, 100), sent) << "equal times: the greater id first";
  EXPECT_EQ(*newest(session, 3), std::vector(sent.begin(), sent.begin() + 3));
  EXPECT_TRUE(newest(session, 0)->empty());
  EXPECT_EQ(newest(SessionNumber{8}, 10)->size(), 1u);
}

TEST_P(ReadContract, signalling_is_read_page_by_page_without_a_gap) {
  const SessionNumber session{7};
  std::vector<SignallingMessage> sent;
  for (std::uint32_t index = 0; index < 10; ++index) {
    sent.push_back(signalling_message(session, index, ManualClock::start + std::chrono::seconds{index / 4}));
    store->signalling().record(sent.back());
  }
  wait_for_signalling(session, 10);
  std::ranges::reverse(sent);
  for (const std::size_t limit : {1u, 3u, 5u, 10u}) {
    std::vector<SignallingMessage> read;
    store::SignallingRange range{.limit = limit};
    bool more = true;
    while (more) {
      auto page = *newest(session, range);
      ASSERT_FALSE(page.messages.empty()) << "after " << read.size() << " in pages of " << limit;
      more = page.more;
      range.after = store::SignallingPlace{page.messages.back().timestamp, page.messages.back().id};
      std::ranges::move(page.messages, std::back_inserter(read));
    }
    EXPECT_EQ(read, sent) << "in pages of " << limit;
    EXPECT_TRUE(newest(session, range)->messages.empty());
  }
}

TEST_P(ReadContract, a_page_of_signalling_is_bounded_in_bytes_and_says_that_there_is_more) {
  const SessionNumber session{7};
  for (std::uint32_t index = 0; index < 6; ++index) {
    SignallingMessage message = signalling_message(session, index, ManualClock::start + std::chrono::seconds{index});
    message.payload_json = '"' + std::string(9'998, 'x') + '"';
    store->signalling().record(std::move(message));
  }
  wait_for_signalling(session, 6);
  const auto page = newest(session, store::SignallingRange{.limit = 100, .after = std::nullopt, .bytes_max = 25'000});
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->messages.size(), 3u) << "the one that reaches the bytes is the last";
  EXPECT_TRUE(page->more);
  EXPECT_EQ(newest(session, store::SignallingRange{.limit = 100, .after = std::nullopt, .bytes_max = 1})->messages.size(), 1u);
  const auto all = newest(session, store::SignallingRange{.limit = 100, .after = std::nullopt, .bytes_max = 60'001});
  EXPECT_EQ(all->messages.size(), 6u);
  EXPECT_FALSE(all->more);
}

TEST_P(ReadContract, signalling_is_kept_for_thirty_days) {
  const SessionNumber session{7};
  store->signalling().record(signalling_message(session, 1, ManualClock::start));
  store->signalling().record(signalling_message(session, 2, ManualClock::start + std::chrono::milliseconds{1}));
  wait_for_signalling(session, 2);
  clock.advance(limits::signalling_kept);
  EXPECT_EQ(newest(session, 10)->size(), 2u) << "at the limit";
  clock.advance(std::chrono::milliseconds{1});
  ASSERT_EQ(newest(session, 10)->size(), 1u) << "one past it";
  EXPECT_EQ(newest(session, 10)->front().id, object_id(2));
}

TEST_P(ReadContract, a_payload_that_was_absent_stays_absent) {
  SignallingMessage message = signalling_message(SessionNumber{7}, 1, ManualClock::start);
  message.payload_json.clear();
  message.user_agent.clear();
  store->signalling().record(message);
  wait_for_signalling(message.session, 1);
  EXPECT_EQ(newest(message.session, 1)->front(), message);
}

}  // namespace parley::test
