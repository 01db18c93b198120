// The core: each value has exactly one encoding; limits at and past the edge; every kind of damage.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "damage.hpp"
#include "domain/entry.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using test::expect_damaged;
using test::patched;

Core whole_core() {
  Core core;
  core.kind = EntryKind::text;
  core.flags = flag_late;
  core.seq = 42;
  core.id = *ObjectId::parse("0102030405060708090a0b0c");
  core.timestamp = example::start;
  core.sender = example::doctor_id;
  core.sender_role = Role{"doctor"};
  core.key.fill(0x11);
  core.commitment.fill(0x22);
  core.extensions = {{ExtensionType::target_seq, Bytes("\0\0\0\7", 4)}, {static_cast<ExtensionType>(900), ""}};
  return core;
}

TEST(CoreCodec, every_field_comes_back) {
  const auto decoded = decode_core(encode_core(whole_core()));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, whole_core());
}

TEST(CoreCodec, the_bytes_are_those_of_the_page) {
  EXPECT_EQ(to_hex(encode_core(whole_core())),
            "02"
            "03"
            "01"
            "0000002a"
            "0102030405060708090a0b0c"
            "0000019b76daa800"
            "18363561303030303030303030303030303030303030303031"
            "06646f63746f72"
            "11111111111111111111111111111111"
            "2222222222222222222222222222222222222222222222222222222222222222"
            "0002"
            "0001"
            "0004"
            "00000007"
            "0384"
            "0000");
}

TEST(CoreCodec, the_smallest_core_has_79_bytes) {
  Core core;
  core.seq = 1;
  EXPECT_EQ(encode_core(core).size(), 79u);
  EXPECT_EQ(decode_core(encode_core(core)), core);
}

TEST(CoreCodec, every_core_of_the_example_log_encodes_to_its_own_bytes) {
  for (const auto& [name, chained] : example::whole_log()) {
    const auto core = decode_core(chained.encoded.core);
    ASSERT_TRUE(core) << name;
    EXPECT_EQ(encode_core(*core), chained.encoded.core) << name;
    EXPECT_EQ(*core, chained.entry.core) << name;
  }
}

TEST(CoreCodec, every_truncation_is_refused) {
  test::for_each_truncation(encode_core(whole_core()), [](const Bytes& bytes) { expect_damaged(decode_core(bytes), "core, offset"); });
}

TEST(CoreCodec, bytes_behind_the_end_are_refused) {
  const Bytes bytes = encode_core(whole_core());
  expect_damaged(decode_core(bytes + '\0'), "offset " + std::to_string(bytes.size()) + ": expected the end");
}

TEST(CoreCodec, a_flip_is_refused_or_gives_another_core_that_encodes_to_those_bytes) {
  test::for_each_flip(encode_core(whole_core()), [](const Bytes& bytes, std::size_t offset) {
    const auto core = decode_core(bytes);
    if (!core) return;
    EXPECT_NE(*core, whole_core()) << offset;
    EXPECT_EQ(encode_core(*core), bytes) << offset;
  });
}

TEST(CoreCodec, another_version_is_refused_by_name) {
  const Bytes bytes = encode_core(whole_core());
  for (const char version : {'\0', '\1', '\3', '\xff'}) {
    expect_damaged(decode_core(patched(bytes, 0, {&version, 1})), "core, offset 0: expected entry version 2");
  }
}

TEST(CoreCodec, kind_zero_is_no_kind) {
  expect_damaged(decode_core(patched(encode_core(whole_core()), 1, BytesView("\0", 1))), "offset 1: expected a kind");
}

TEST(CoreCodec, every_other_kind_is_kept_known_or_not) {
  for (int kind = 1; kind < 256; ++kind) {
    Core core = whole_core();
    core.kind = static_cast<EntryKind>(kind);
    EXPECT_EQ(decode_core(encode_core(core)), core) << kind;
  }
}

TEST(CoreCodec, unknown_flags_are_kept) {
  Core core = whole_core();
  core.flags = 0xff;
  EXPECT_EQ(decode_core(encode_core(core)), core);
}

TEST(CoreCodec, seq_reaches_from_1_to_the_last_that_an_id_can_hold) {
  for (const std::uint32_t seq : {1u, limits::text_seq_max, limits::seq_max}) {
    Core core = whole_core();
    core.seq = seq;
    EXPECT_EQ(decode_core(encode_core(core)), core) << seq;
  }
  const Bytes bytes = encode_core(whole_core());
  expect_damaged(decode_core(patched(bytes, 3, BytesView("\0\0\0\0", 4))), "offset 3: expected a seq between 1 and 16777215");
  expect_damaged(decode_core(patched(bytes, 3, BytesView("\1\0\0\0", 4))), "offset 3: expected a seq");
}

TEST(CoreCodec, times_reach_from_1970_to_9999) {
  const Bytes bytes = encode_core(whole_core());
  const auto with_time = [&bytes](const char* hex) { return decode_core(patched(bytes, 19, *from_hex(hex))); };
  EXPECT_TRUE(with_time("0000000000000000"));
  EXPECT_TRUE(with_time("0000e677d21fdbff"));  // 9999-12-31T23:59:59.999Z
  expect_damaged(with_time("0000e677d21fdc00"), "offset 19: expected a time");
  expect_damaged(with_time("ffffffffffffffff"), "offset 19: expected a time");
  expect_damaged(with_time("8000000000000000"), "offset 19: expected a time");
}

TEST(CoreCodec, a_sender_is_any_user_id_or_the_server) {
  for (const std::string& text : {std::string("a"), std::string(limits::id_bytes_max, 'x'), std::string("Zo\xc3\xab/7")}) {
    Core core = whole_core();
    core.sender = *UserId::parse(text);
    EXPECT_EQ(decode_core(encode_core(core)), core) << text;
  }
  Core core = whole_core();
  core.sender = UserId();
  EXPECT_EQ(decode_core(encode_core(core)), core);
}

TEST(CoreCodec, a_sender_that_is_no_user_id_is_refused) {
  const auto with_sender = [](const Bytes& sender) {
    Bytes bytes = encode_core(whole_core());
    bytes.replace(27, 25, static_cast<char>(sender.size()) + sender);
    return decode_core(bytes);
  };
  EXPECT_TRUE(with_sender("ada"));
  for (const Bytes& sender : {Bytes(65, 'x'), Bytes("a\nb"), Bytes("\xff"), Bytes(24, 'A'), Bytes(24, '0')})
    expect_damaged(with_sender(sender), "offset 28: expected a user id");
}

TEST(CoreCodec, a_role_has_at_most_15_characters) {
  Core core = whole_core();
  core.sender_role = Role{std::string(limits::role_bytes_max, 'r')};
  EXPECT_EQ(decode_core(encode_core(core)), core);
  core.sender_role = Role{std::string(limits::role_bytes_max + 1, 'r')};
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");

  Bytes longer = encode_core(whole_core());
  longer.replace(52, 7, "\x10" + std::string(limits::role_bytes_max + 1, 'r'));
  expect_damaged(decode_core(longer), "offset 53: expected a role");
}

TEST(CoreCodec, a_role_has_no_other_characters) {
  for (const char foreign : {'D', ' ', '.', '\0', '\xc3', '"'}) {
    expect_damaged(decode_core(patched(encode_core(whole_core()), 54, {&foreign, 1})), "expected a role");
  }
}

TEST(CoreCodec, extensions_must_ascend) {
  Core core = whole_core();
  core.extensions = {{static_cast<ExtensionType>(2), "b"}, {static_cast<ExtensionType>(3), "c"}};
  const Bytes bytes = encode_core(core);
  const std::size_t second_type = bytes.size() - 5;
  EXPECT_TRUE(decode_core(bytes));
  expect_damaged(decode_core(patched(bytes, second_type, BytesView("\0\2", 2))), "ascending order, each once");
  expect_damaged(decode_core(patched(bytes, second_type, BytesView("\0\1", 2))), "ascending order, each once");
}

TEST(CoreCodec, extensions_that_do_not_ascend_are_not_written) {
  Core core = whole_core();
  core.extensions = {{static_cast<ExtensionType>(3), ""}, {static_cast<ExtensionType>(2), ""}};
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
  core.extensions = {{static_cast<ExtensionType>(3), ""}, {static_cast<ExtensionType>(3), ""}};
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
}

TEST(CoreCodec, an_extension_has_at_most_32_kibibytes) {
  Core core = whole_core();
  core.extensions = {{static_cast<ExtensionType>(7), Bytes(limits::extension_bytes_max, 'x')}};
  Bytes bytes = encode_core(core);
  EXPECT_EQ(decode_core(bytes), core);

  const std::size_t length_offset = bytes.size() - limits::extension_bytes_max - 2;
  bytes = patched(bytes, length_offset, BytesView("\x80\x01", 2)) + 'x';
  expect_damaged(decode_core(bytes), "an extension of at most 32 KiB");
  core.extensions[0].value.push_back('x');
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
}

TEST(CoreCodec, more_bytes_than_an_entry_may_have_are_refused_unread) {
  Bytes bytes = encode_core(whole_core());
  bytes.resize(limits::entry_bytes_max + 1);
  expect_damaged(decode_core(bytes), "an entry of at most 64 KiB");
}

TEST(CoreCodec, a_count_of_extensions_that_are_not_there_is_refused) {
  Core core = whole_core();
  core.extensions.clear();
  Bytes bytes = encode_core(core);
  bytes = patched(bytes, bytes.size() - 2, "\xff\xff");
  expect_damaged(decode_core(bytes), "expected more bytes");
}

TEST(CoreCodec, what_no_decoder_would_take_is_not_written) {
  Core core = whole_core();
  core.version = 1;
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
  core = whole_core();
  core.seq = 0;
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
  core.seq = limits::seq_max + 1;
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
  core = whole_core();
  core.timestamp = Timestamp{std::chrono::milliseconds{-1}};
  EXPECT_DEATH(static_cast<void>(encode_core(core)), "assertion failed");
}

TEST(Core, an_extension_is_found_by_its_type) {
  const Core core = whole_core();
  ASSERT_NE(core.extension(ExtensionType::target_seq), nullptr);
  EXPECT_EQ(*core.extension(ExtensionType::target_seq), Bytes("\0\0\0\7", 4));
  EXPECT_EQ(core.extension(ExtensionType::target_id), nullptr);
}

}  // namespace
}  // namespace parley::domain
