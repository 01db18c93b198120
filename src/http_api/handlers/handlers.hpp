// The handlers of the route table, one per route. Each reads its parameters, calls one use case and writes the answer with the texts of
// docs/api-contract.md. The use case decides about refusals and their order.
#pragma once

#include "http_api/request/backend.hpp"
#include "http_api/request/pending_request.hpp"

namespace parley::http_api {

// service_handlers.cpp
void health(const Backend& backend, PendingRequestPtr pending);
void ready(const Backend& backend, PendingRequestPtr pending);
void metrics(const Backend& backend, PendingRequestPtr pending);
void openapi(const Backend& backend, PendingRequestPtr pending);
void asyncapi(const Backend& backend, PendingRequestPtr pending);

// account_handlers.cpp
void sign_out(const Backend& backend, PendingRequestPtr pending);

// session_handlers.cpp (docs/api-contract.md §5)
void create_session(const Backend& backend, PendingRequestPtr pending);
void join_session(const Backend& backend, PendingRequestPtr pending);
void end_session(const Backend& backend, PendingRequestPtr pending);
void reopen_session(const Backend& backend, PendingRequestPtr pending);
void get_session(const Backend& backend, PendingRequestPtr pending);
void active_sessions(const Backend& backend, PendingRequestPtr pending);
void session_chat(const Backend& backend, PendingRequestPtr pending);
void session_signalling(const Backend& backend, PendingRequestPtr pending);
void ice_servers(const Backend& backend, PendingRequestPtr pending);

// admin_handlers.cpp (docs/api-contract.md §5.5)
void clean_up(const Backend& backend, PendingRequestPtr pending);
void ice_health(const Backend& backend, PendingRequestPtr pending);
void check_ice_health(const Backend& backend, PendingRequestPtr pending);
void rotate_turn_credentials(const Backend& backend, PendingRequestPtr pending);
void change_turn(const Backend& backend, PendingRequestPtr pending);
void monitoring_metrics(const Backend& backend, PendingRequestPtr pending);

// chat_handlers.cpp (docs/api-contract.md §4)
void store_message(const Backend& backend, PendingRequestPtr pending);
void chat_page(const Backend& backend, PendingRequestPtr pending);
void chat_entries(const Backend& backend, PendingRequestPtr pending);
void chat_stats(const Backend& backend, PendingRequestPtr pending);
void delete_message(const Backend& backend, PendingRequestPtr pending);

}  // namespace parley::http_api
