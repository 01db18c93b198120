// Deletes a message: an entry records who deleted what and when, and the same commit erases the text.
#pragma once

#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::delete_message. The sender and admins may delete, whether or not they participate.
void delete_message(Router& router, EventLoop& from, CallerPtr caller, const std::string& message_id, Done<ChatService::Deleted> done);

}  // namespace parley::service
