// Fills a database as years of use would: fill_mongo URI SESSIONS MESSAGES > list. It writes the collections directly, with one log
// document for up to 128 entries, so that ten million messages take minutes. Each session has its own patient and one of a thousand
// doctors. Each line of the list names a session and its doctor. Chain, checksums and rows are valid for the store.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "store/mongo/documents/indexes.hpp"
#include "store/mongo/documents/session_document.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"
#include "support/log_script.hpp"

namespace parley::bench {
namespace {

namespace mongo = store::mongo;

constexpr std::uint32_t doctors = 1000;
constexpr std::size_t sessions_a_bulk = 100;

template <typename Result>
auto value(Result result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

void require_written(mongo::Outcome<mongo::WriteResult> result) {
  const auto written = value(std::move(result));
  if (!written.errors.empty()) throw std::runtime_error(written.errors.front().failure.message);
  if (written.not_durable) throw std::runtime_error(written.not_durable->message);
}

mongo::Document user(std::uint32_t number, std::string_view role) {
  mongo::Document made;
  made.user("_id", test::user_id(number)).text("role", role).text("email", std::to_string(number) + "@example.org");
  made.text("name", "User " + std::to_string(number)).boolean("isVerified", true);
  return made;
}

struct Bulk {
  std::vector<mongo::Document> users;
  std::vector<mongo::Document> sessions;
  std::vector<mongo::Document> log;
};

void add_session(Bulk& bulk, std::uint32_t number, std::uint64_t messages) {
  const std::uint32_t doctor = number % doctors + 1;
  const std::uint32_t patient = doctors + number;
  test::LogScript script(number, doctor, patient);
  (void)script.create();
  (void)script.start();
  for (std::uint64_t count = 0; count < messages; ++count) (void)script.text("message " + std::to_string(count) + std::string(100, '.'));
  (void)script.end();  // upkeep would end such old sessions
  bulk.users.push_back(user(patient, "patient"));
  bulk.sessions.push_back(mongo::insert_session(script.row()));
  const auto& entries = script.entries();
  for (std::size_t first = 0; first < entries.size(); first += limits::mongo_document_entries_max) {
    mongo::LogDocument document{.session = script.number()};
    const std::size_t end = std::min(first + limits::mongo_document_entries_max, entries.size());
    document.entries.assign(entries.begin() + static_cast<std::ptrdiff_t>(first), entries.begin() + static_cast<std::ptrdiff_t>(end));
    if (first == 0) document.row = domain::encode_session_row(script.row());
    bulk.log.push_back(mongo::encode_log_document(document));
  }
  std::cout << script.row().id.to_string() << ' ' << test::user_id(doctor).to_string() << '\n';
}

void fill(const std::string& uri, std::uint32_t sessions, std::uint64_t messages) {
  const auto pool = value(mongo::ClientPool::make(uri, "parley-fill", 1));
  auto client = pool->take();
  if (const auto prepared = mongo::prepare_indexes(client); !prepared) throw std::runtime_error(prepared.error().message);
  Bulk bulk;
  for (std::uint32_t number = 1; number <= doctors; ++number) bulk.users.push_back(user(number, "doctor"));
  for (std::uint32_t number = 1; number <= sessions; ++number) {
    add_session(bulk, number, messages * number / sessions - messages * (number - 1) / sessions);
    if (number % sessions_a_bulk != 0 && number != sessions) continue;
    require_written(client.insert(mongo::collection::users, bulk.users));
    require_written(client.update(mongo::collection::sessions, bulk.sessions));
    require_written(client.insert(mongo::collection::log, bulk.log));
    bulk = {};
  }
}

}  // namespace
}  // namespace parley::bench

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: fill_mongo URI SESSIONS MESSAGES\n");
    return 2;
  }
  try {
    parley::bench::fill(arguments[1], static_cast<std::uint32_t>(std::stoul(arguments[2])), std::stoull(arguments[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fill_mongo: %s\n", error.what());
    return 1;
  }
  return 0;
}
