// The figures of /metrics and the reasons of /ready, from the parts that know them.
#pragma once

#include <string>
#include <vector>

#include "server/server.hpp"
#include "service/chat_service.hpp"
#include "store/embedded/store_health.hpp"

namespace parley::main {

[[nodiscard]] std::string metrics_text(const server::ServerCounts& server, const service::ServiceCounts& service,
                                       const store::embedded::StoreHealth& store);
/// Empty: ready.
[[nodiscard]] std::vector<std::string> reasons_not_ready(const store::embedded::StoreHealth& store);

}  // namespace parley::main
