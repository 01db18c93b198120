// Deleting a message: an entry that says who, what and when, and the text is gone in the same commit.
#pragma once

#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::delete_message. The right is that of the sender or an admin, whoever participates.
void delete_message(Router& router, EventLoop& from, CallerPtr caller, const std::string& message_id, Done<ChatService::Deleted> done);

}  // namespace parley::service
