// The contract's HTTP side. Takes each request through the steps of docs/api-contract.md §2.1, in their observable order, to its use case,
// and writes the answer. Not here: sockets and framing (server), and decisions about sessions (service).
//
// Threads   handle() runs on the connection's loop. Limiters are shared and have locks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "http_api/request/figures.hpp"
#include "http_api/request/http_api_config.hpp"
#include "protocol/http/http_handler.hpp"
#include "service/chat_service.hpp"

namespace parley::http_api {

/// All members must outlive the HttpApi. The functions are called on any loop.
struct HttpApiDependencies {
  service::ChatService& service;
  Clock& clock;
  LogSink& logs;
  std::function<std::string(const Figures&)> metrics_text;      // Prometheus text exposition
  std::function<std::vector<std::string>()> reasons_not_ready;  // empty: ready
  std::function<std::uint64_t()> resident_bytes;                // of this process, as the system reports it
  std::function<std::vector<std::string>()> notices = [] { return std::vector<std::string>(); };  // for people, even if ready
};

class HttpApi final : public protocol::http::HttpHandler {
 public:
  HttpApi(HttpApiDependencies dependencies, HttpApiConfig config);
  ~HttpApi() override;

  void handle(protocol::http::Request request, EventLoop& loop, protocol::http::Respond respond) override;
  [[nodiscard]] protocol::http::Response body_too_large(const protocol::http::Request& head) override;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::http_api
