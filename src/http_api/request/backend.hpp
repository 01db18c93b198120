// The surroundings of the handlers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "http_api/request/figures.hpp"
#include "http_api/request/http_api_config.hpp"
#include "http_api/request/pending_request.hpp"
#include "service/chat_service.hpp"

namespace parley::http_api {

/// The objects that handlers use. Outlives every pending.
struct Backend {
  service::ChatService& service;
  Clock& clock;
  const HttpApiConfig& config;
  std::function<Figures()> figures;
  std::function<std::string(const Figures&)> metrics_text;      // Prometheus text exposition
  std::function<std::vector<std::string>()> reasons_not_ready;  // empty: ready
  std::function<std::vector<std::string>()> notices;            // for people, even if ready
  ConstantBody openapi;
  ConstantBody asyncapi;
};

}  // namespace parley::http_api
