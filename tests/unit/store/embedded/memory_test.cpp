// The memory of the database, as operators see it, and what may fill its cache.
#include "embedded_fixture.hpp"

namespace parley::store::embedded {

using test::LogScript;

constexpr std::size_t payload_bytes = 32 * 1024;
constexpr int payloads = 40;

class MemoryOfTheStore : public EmbeddedFixture {
 protected:
  void record_payloads(SessionNumber session) {
    for (int number = 0; number < payloads; ++number) {
      SignallingMessage message;
      message.id = *test::user_id(100 + number).object_id();
      message.session = session;
      message.sender = test::user_id(5);
      message.type = "chat";
      message.payload_json.assign(payload_bytes, 'x');
      message.timestamp = clock.now();
      store->record(std::move(message));
    }
  }
  std::size_t recorded(SessionNumber session) {
    return read<Result<SignallingPage>>([&](LogReader&) { return store->newest(session, {}, {.limit = 100}); })->messages.size();
  }
  /// The figures as of now: the committer looks before a commit if its last look is old.
  StoreHealth look(LogScript& script) {
    clock.advance(limits::store_look_interval);
    commit(script.text("look"));
    return store->health();
  }
};

TEST_F(MemoryOfTheStore, messages_that_are_read_fill_the_cache_and_payloads_of_signalling_do_not) {
  LogScript script(7);
  open();
  commit_session(script, 200);
  record_payloads(script.number());
  ASSERT_TRUE(loop.run_until([&] { return recorded(script.number()) == payloads; }));
  close();
  ASSERT_TRUE(open_on_disk());  // now all of it is in files
  const std::uint64_t empty = look(script).cache_bytes;
  EXPECT_EQ(recorded(script.number()), static_cast<std::size_t>(payloads));
  EXPECT_LT(look(script).cache_bytes, empty + payload_bytes);
  EXPECT_GE(all(script.number())->size(), 201u);
  EXPECT_GT(look(script).cache_bytes, empty + 201 * 60) << "an entry has at least 60 bytes";
}

TEST_F(MemoryOfTheStore, what_is_written_is_in_the_write_buffers) {
  LogScript script(7);
  open();
  commit_session(script, 10);
  const std::uint64_t before = look(script).write_buffer_bytes;
  record_payloads(script.number());
  ASSERT_TRUE(loop.run_until([&] { return recorded(script.number()) == payloads; }));
  EXPECT_GE(look(script).write_buffer_bytes, before + payloads * payload_bytes);
}

}  // namespace parley::store::embedded
