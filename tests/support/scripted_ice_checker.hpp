// An IceChecker with scripted answers: it keeps each check and answers it when the test decides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ice/ice_checker.hpp"

namespace parley::test {

class ScriptedIceChecker final : public ice::IceChecker {
 public:
  void check(EventLoop& loop, std::vector<ice::Server> servers, Done done) override;

  /// Answers the pending check. `report` is for servers without a report of their own.
  void answer(const ice::Report& report = {true, std::chrono::milliseconds(12), {}});
  /// After this call every check is answered at once.
  void answer_at_once() { at_once_ = true; }
  /// Sets the report of one server.
  void say(std::string url, ice::Report report) { reports_.emplace_back(std::move(url), std::move(report)); }

  [[nodiscard]] bool is_asked() const { return done_.has_value(); }
  [[nodiscard]] std::size_t checks() const { return checks_; }
  [[nodiscard]] const std::vector<ice::Server>& asked() const { return asked_; }

 private:
  std::vector<std::pair<std::string, ice::Report>> reports_;
  std::vector<ice::Server> asked_;
  EventLoop* loop_ = nullptr;
  std::optional<Done> done_;
  std::size_t checks_ = 0;
  bool at_once_ = false;
};

}  // namespace parley::test
