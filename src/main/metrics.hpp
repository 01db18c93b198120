// The figures of /metrics and the reasons of /ready, collected from the parts of the server.
#pragma once

#include <string>
#include <vector>

#include "http_api/request/figures.hpp"
#include "server/server.hpp"
#include "store/common/store_health.hpp"

namespace parley::main {

[[nodiscard]] std::string metrics_text(const server::ServerCounts& server, const http_api::Figures& figures,
                                       const store::StoreHealth& store);
/// Empty if ready.
[[nodiscard]] std::vector<std::string> reasons_not_ready(const store::StoreHealth& store);

}  // namespace parley::main
