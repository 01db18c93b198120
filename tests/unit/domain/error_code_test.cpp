// The table of errors: complete, in its ranges, with the statuses that the interfaces promise.
#include "domain/error_code.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace parley {
namespace {

TEST(ErrorTable, has_the_names_and_statuses_of_the_interfaces) {
  const std::map<std::string_view, int> expected{
      {"invalid_argument", 400}, {"session_ended", 400},  {"unauthorized", 401},         {"forbidden", 403},
      {"not_found", 404},        {"already_exists", 409}, {"idempotency_conflict", 409}, {"session_full", 409},
      {"erased", 410},           {"rate_limited", 429},   {"overloaded", 503},           {"store_failed", 503},
      {"outcome_unknown", 504},  {"store_full", 507},     {"log_corrupt", 500},          {"internal", 500},
  };
  std::map<std::string_view, int> found;
  for (const ErrorRow& row : error_table()) found[row.name] = row.http_status;
  EXPECT_EQ(found, expected);
}

TEST(ErrorTable, every_row_is_found_by_its_code_and_numbers_are_not_used_twice) {
  std::set<ErrorCode> codes;
  for (const ErrorRow& row : error_table()) {
    EXPECT_EQ(&error_row(row.code), &row);
    EXPECT_TRUE(codes.insert(row.code).second) << row.name;
  }
}

TEST(ErrorTable, numbers_lie_in_the_range_of_whose_fault_it_is) {
  for (const ErrorRow& row : error_table()) {
    const int hundred = static_cast<int>(row.code) / 100;
    switch (hundred) {
      case 1:
        EXPECT_EQ(row.fault, Fault::client) << row.name;
        break;
      case 2:
        EXPECT_TRUE(row.fault == Fault::session || row.fault == Fault::client) << row.name;
        break;
      case 3:
        EXPECT_EQ(row.fault, Fault::load) << row.name;
        break;
      case 4:
        EXPECT_EQ(row.fault, Fault::store) << row.name;
        break;
      case 5:
        EXPECT_EQ(row.fault, Fault::ours) << row.name;
        break;
      default:
        ADD_FAILURE() << row.name << " lies in no range";
    }
  }
}

TEST(ErrorTable, retry_fits_the_status) {
  for (const ErrorRow& row : error_table()) {
    if (row.http_status < 429) {
      EXPECT_EQ(row.retry, Retry::never) << row.name;
    }
    if (row.http_status == 429 || row.http_status == 503 || row.http_status == 507) {
      EXPECT_EQ(row.retry, Retry::later) << row.name;
    }
  }
  EXPECT_EQ(error_row(ErrorCode::outcome_unknown).retry, Retry::same_key);
}

TEST(ErrorTable, advice_is_one_sentence) {
  for (const ErrorRow& row : error_table()) {
    EXPECT_TRUE(row.advice.ends_with('.')) << row.name;
    EXPECT_EQ(row.advice.find(". "), std::string_view::npos) << row.name;
  }
}

TEST(ErrorTableDeathTest, a_code_outside_is_our_own_mistake) {
  EXPECT_DEATH(static_cast<void>(error_row(static_cast<ErrorCode>(999))), "assertion failed");
  EXPECT_DEATH(static_cast<void>(error_row(static_cast<ErrorCode>(0))), "assertion failed");
}

}  // namespace
}  // namespace parley
