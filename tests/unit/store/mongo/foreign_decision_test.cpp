// The meaning of a `sessions` document, as a table: the document, the known state, the log, and the resulting append.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/mongo/documents/foreign_decision.hpp"

namespace parley::store::mongo {

namespace {

using domain::SessionStatus;

constexpr auto created = SessionStatus::created;
constexpr auto active = SessionStatus::active;
constexpr auto ended = SessionStatus::ended;

Timestamp at(std::int64_t ms) {
  return Timestamp{std::chrono::milliseconds{ms}};
}

struct Case {
  std::string name;
  ForeignQuestion question;
  ForeignNews news;
};

const ForeignNews nothing{};
const ForeignNews start{.starts = true};
const ForeignNews end{.ends = true};
const ForeignNews reopening{.reopens = true};
const ForeignNews both{.ends = true, .reopens = true};

// document, has_start, known, row, row_has_start
const std::vector<Case> cases = {
    {"as Parley wrote it", {{active}, true, DocumentState{active}, active, true}, nothing},
    {"as Parley wrote it, and the log is ahead", {{active}, true, DocumentState{active}, ended, true}, nothing},
    {"never taken in, created", {{created}, false, {}, created, false}, nothing},
    {"never taken in, active", {{active}, true, {}, created, false}, start},
    {"never taken in, ended after a start", {{ended, at(9)}, true, {}, created, false}, {.starts = true, .ends = true}},
    {"never taken in, ended without a start", {{ended, at(9)}, false, {}, created, false}, end},
    {"never taken in, active with an end that an earlier server left", {{active, at(9)}, true, {}, created, false}, start},
    {"never taken in, active, and the log has ended", {{active}, true, {}, ended, true}, nothing},
    {"cancelled before the first join", {{ended, at(9)}, false, DocumentState{created}, created, false}, end},
    {"cancelled while Parley started it", {{ended, at(9)}, false, DocumentState{created}, active, true}, end},
    {"ended while it runs", {{ended, at(9)}, true, DocumentState{active}, active, true}, end},
    {"ended without a time", {{ended}, true, DocumentState{active}, active, true}, end},
    {"ended by both", {{ended, at(9)}, true, DocumentState{active}, ended, true}, nothing},
    {"ended again at another time", {{ended, at(12)}, true, DocumentState{ended, at(9)}, ended, true}, nothing},
    {"started by other software", {{active}, true, DocumentState{created}, created, false}, start},
    {"started by both", {{active}, true, DocumentState{created}, active, true}, nothing},
    {"started while Parley ended it: nobody saw the end", {{active}, true, DocumentState{created}, ended, false}, nothing},
    {"active again after an end", {{active, at(9)}, true, DocumentState{ended, at(9)}, ended, true}, reopening},
    {"active again, and the time of the end is gone", {{active}, true, DocumentState{ended, at(9)}, ended, true}, reopening},
    {"created again after an end", {{created}, false, DocumentState{ended, at(9)}, ended, true}, reopening},
    {"active again by both", {{active, at(9)}, true, DocumentState{ended, at(9)}, active, true}, nothing},
    {"ended and active again between two looks", {{active, at(9)}, true, DocumentState{active}, active, true}, both},
    {"ended and active again, and then a person ended it in Parley", {{active, at(9)}, true, DocumentState{active}, ended, true}, nothing},
};

}  // namespace

TEST(ForeignDecision, of_every_document) {
  for (const Case& each : cases) EXPECT_EQ(foreign_news(each.question), each.news) << each.name;
}

TEST(ForeignDecision, says_nothing_twice) {
  for (const Case& each : cases) {
    ForeignQuestion again = each.question;
    again.known = again.document;
    EXPECT_EQ(foreign_news(again), nothing) << each.name;
  }
}

}  // namespace parley::store::mongo
