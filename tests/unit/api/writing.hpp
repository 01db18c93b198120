// Shared by the tests of writers: a time, an id, and a string that was written and can be parsed.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/json_writer.hpp"

namespace parley::api {

inline constexpr Timestamp noon{std::chrono::milliseconds{1'767'225'600'000}};  // 2026-01-01T00:00:00.000Z

inline ObjectId object_id(std::uint8_t last) {
  ObjectId id;
  id.bytes.back() = last;
  return id;
}

inline UserId user_id(std::uint8_t last) {
  return UserId::of(object_id(last));
}

template <typename Write>
std::string written(Write write) {
  std::string out;
  JsonWriter writer(out);
  write(writer);
  simdjson::dom::parser parser;
  EXPECT_EQ(parser.parse(out).error(), simdjson::SUCCESS) << out;
  return out;
}

}  // namespace parley::api
