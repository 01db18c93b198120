// The cache of the user store: it is bounded, and a late answer never replaces a newer one.
#include "service/users/stored_users.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"
#include "support/model_store.hpp"

namespace parley::service {
namespace {

using namespace std::chrono_literals;
using test::ManualClock;
using test::ManualLoop;
using test::ModelStore;

UserId user_id(std::uint32_t number) {
  ObjectId id;
  for (std::size_t index = 0; index < 4; ++index) id.bytes[8 + index] = static_cast<std::uint8_t>(number >> (24 - 8 * index));
  return UserId::of(id);
}

/// Answers with the user's name at the start of the read. A test can act before the answer is returned.
class SlowDirectory final : public store::Directory {
 public:
  Result<std::optional<domain::SessionRow>> find_session(const SessionId&) override { return std::nullopt; }
  Result<std::optional<domain::SessionRow>> find_session(SessionNumber) override { return std::nullopt; }
  Result<std::optional<SessionId>> find_open_session(const UserId&, const UserId&) override { return std::nullopt; }
  Result<store::OpenSessionsOfUser> open_sessions_of(const UserId&, const std::optional<store::SessionPlace>&, std::size_t) override {
    return store::OpenSessionsOfUser();
  }
  Result<store::OpenSessions> open_sessions_before(Timestamp, BytesView, std::size_t) override { return store::OpenSessions(); }
  Result<std::optional<domain::EntryAddress>> find_message(const ObjectId&) override { return std::nullopt; }
  Result<StoredUser> find_user(const UserId& user) override {
    domain::User found{user, {"patient"}, "", name};
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    return found;
  }
  void remember_user(const domain::User&) override {}

  std::string name = "first";
  std::move_only_function<void()> meanwhile;
};

/// The ports of the model store, with the slow directory in front.
class SlowStore final : public store::Store {
 public:
  SlowStore(ModelStore& model, SlowDirectory& directory) : model_(model), directory_(directory) {}
  store::SessionLog& log() override { return model_; }
  store::Directory& directory() override { return directory_; }
  store::SignallingRecord& signalling() override { return model_; }
  store::RevocationRecord& revocations() override { return model_; }
  store::ClockRecord& clock_record() override { return model_; }

 private:
  ModelStore& model_;
  SlowDirectory& directory_;
};

struct Stored : testing::Test {
  ManualClock clock;
  ManualLoop loop{0};
  ManualLoop worker{1};
  ModelStore model{worker, clock};
  SlowDirectory directory;
  SlowStore store{model, directory};
  StoredUsers users{store, clock};
};

TEST_F(Stored, a_late_answer_does_not_replace_a_newer_one) {
  directory.meanwhile = [&] {
    clock.advance(1ms);
    directory.name = "second";
    EXPECT_EQ((*users.read(user_id(1)))->name, "second");
  };
  EXPECT_EQ((*users.read(user_id(1)))->name, "first") << "who asked is told what the store said";
  EXPECT_EQ((*users.find(user_id(1)))->name, "second");
}

TEST_F(Stored, the_time_of_a_read_counts_as_age) {
  directory.meanwhile = [&] { clock.advance(limits::user_staleness); };
  EXPECT_TRUE(users.read(user_id(1)).has_value());
  EXPECT_EQ(users.find(user_id(1)), std::nullopt);
  EXPECT_EQ(users.last_known(user_id(1))->name, "first");
}

TEST_F(Stored, a_name_beyond_its_limit_counts_as_not_given) {
  directory.name = std::string(limits::name_bytes_max, 'n');
  EXPECT_EQ((*users.read(user_id(1)))->name, directory.name);
  directory.name += 'n';
  EXPECT_EQ((*users.read(user_id(1)))->name, "");
  EXPECT_EQ((*users.find(user_id(1)))->name, "");
}

TEST_F(Stored, users_are_bounded) {
  for (std::uint32_t number = 0; number < limits::users_cached_max * 2; ++number) EXPECT_TRUE(users.read(user_id(number)).has_value());
  std::size_t found = 0;
  for (std::uint32_t number = 0; number < limits::users_cached_max * 2; ++number) found += users.find(user_id(number)).has_value();
  EXPECT_LE(found, limits::users_cached_max);
  EXPECT_GT(found, limits::users_cached_max / 2);
}

TEST_F(Stored, all_of_a_list_come_in_its_order_by_one_read_job) {
  EXPECT_TRUE(users.read(user_id(2)).has_value());
  directory.name = "new";
  std::optional<Result<std::vector<StoredUser>>> told;
  users.look_up_all(loop, {user_id(1), user_id(2), user_id(3)}, [&](auto all) { told = std::move(all); });
  EXPECT_EQ(model.reads_waiting(), 1U);
  test::run_all({&loop, &worker});
  ASSERT_TRUE(told && told->has_value());
  ASSERT_EQ((*told)->size(), 3U);
  EXPECT_EQ((**told)[0]->id, user_id(1));
  EXPECT_EQ((**told)[1]->name, "first") << "not stale: not asked again";
  EXPECT_EQ((**told)[2]->id, user_id(3));
}

}  // namespace
}  // namespace parley::service
