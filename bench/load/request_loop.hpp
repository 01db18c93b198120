// Many kept-alive HTTP connections with one request in flight on each: as fast as answers arrive, or by a schedule. The workload chooses
// the requests and checks the answers.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "load/http_connection.hpp"
#include "load/measured_part.hpp"

namespace parley::bench {

class RequestLoop final : private HttpConnection::Listener {
 public:
  class Workload {
   public:
    virtual ~Workload() = default;
    /// Appends one whole request.
    virtual void append_request(std::size_t connection, std::string& out) = 0;
    /// True if the answer is good. The view is valid only during the call.
    virtual bool accept(std::size_t connection, const HttpResponse& response) = 0;
  };

  struct Plan {
    Endpoint endpoint;
    std::size_t connections = 64;
    Pace pace;  // `in_flight` is ignored: it is always 1 here
    std::vector<pid_t> server_processes;
  };

  RequestLoop(const Plan& plan, Clock& clock, Workload& workload);

  /// Throws LoadFailure if a connection breaks or no answer arrives for 30 s.
  [[nodiscard]] LoadFigures run();

 private:
  void on_open(HttpConnection& connection) override;
  void on_response(HttpConnection& connection, const HttpResponse& response) override;
  void on_closed(HttpConnection& connection, const std::string& reason) override;

  void open_all();
  void drain();
  void ask_free(SteadyTime now);
  /// Returns false if there was nothing to ask.
  bool ask(HttpConnection& connection, SteadyTime now);
  [[nodiscard]] std::chrono::nanoseconds time_to_next(SteadyTime now) const;

  Plan plan_;
  Clock& clock_;
  Workload& workload_;
  Poller poller_;
  Schedule schedule_;
  MeasuredPart part_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
  std::vector<SteadyTime> due_;  // of the request in flight on each connection
  std::vector<HttpConnection*> free_;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace parley::bench
