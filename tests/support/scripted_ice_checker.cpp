#include "support/scripted_ice_checker.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace parley::test {

void ScriptedIceChecker::check(EventLoop& loop, std::vector<ice::Server> servers, Done done) {
  PARLEY_ASSERT(!done_);  // one check at a time
  asked_ = std::move(servers);
  loop_ = &loop;
  done_ = std::move(done);
  ++checks_;
  if (at_once_) answer();
}

void ScriptedIceChecker::answer(const ice::Report& report) {
  PARLEY_ASSERT(done_.has_value());
  std::vector<ice::Report> reports;
  for (const ice::Server& server : asked_) {
    const auto own = std::ranges::find(reports_, server.url, &std::pair<std::string, ice::Report>::first);
    reports.push_back(own == reports_.end() ? report : own->second);
  }
  loop_->post([done = std::exchange(done_, std::nullopt), reports = std::move(reports)]() mutable { (*done)(std::move(reports)); });
}

}  // namespace parley::test
