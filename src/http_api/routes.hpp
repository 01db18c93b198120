// The handlers of the route table, one per route. Each reads its parameters, calls one use case and writes the answer with the texts of
// docs/api-contract.md. The use case decides about refusals and their order.
#pragma once

#include "http_api/route.hpp"

namespace parley::http_api {

// service_routes.cpp
void health(const Backend& backend, ExchangePtr exchange);
void ready(const Backend& backend, ExchangePtr exchange);
void metrics(const Backend& backend, ExchangePtr exchange);
void openapi(const Backend& backend, ExchangePtr exchange);
void asyncapi(const Backend& backend, ExchangePtr exchange);

// account_routes.cpp
void sign_out(const Backend& backend, ExchangePtr exchange);

// session_routes.cpp (docs/api-contract.md §5)
void create_session(const Backend& backend, ExchangePtr exchange);
void join_session(const Backend& backend, ExchangePtr exchange);
void end_session(const Backend& backend, ExchangePtr exchange);
void reopen_session(const Backend& backend, ExchangePtr exchange);
void get_session(const Backend& backend, ExchangePtr exchange);
void active_sessions(const Backend& backend, ExchangePtr exchange);
void session_chat(const Backend& backend, ExchangePtr exchange);
void session_signalling(const Backend& backend, ExchangePtr exchange);
void ice_servers(const Backend& backend, ExchangePtr exchange);

// admin_routes.cpp (docs/api-contract.md §5.5)
void clean_up(const Backend& backend, ExchangePtr exchange);
void ice_health(const Backend& backend, ExchangePtr exchange);
void check_ice_health(const Backend& backend, ExchangePtr exchange);
void rotate_turn_credentials(const Backend& backend, ExchangePtr exchange);
void change_turn(const Backend& backend, ExchangePtr exchange);
void monitoring_metrics(const Backend& backend, ExchangePtr exchange);

// chat_routes.cpp (docs/api-contract.md §4)
void store_message(const Backend& backend, ExchangePtr exchange);
void chat_page(const Backend& backend, ExchangePtr exchange);
void chat_entries(const Backend& backend, ExchangePtr exchange);
void chat_stats(const Backend& backend, ExchangePtr exchange);
void delete_message(const Backend& backend, ExchangePtr exchange);

}  // namespace parley::http_api
