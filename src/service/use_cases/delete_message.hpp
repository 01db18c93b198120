// Deletes a message: an entry records who deleted what and when, and the same commit erases the text.
#pragma once

#include "service/session/router.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

/// ChatService::delete_message. The sender and admins may delete, whether or not they participate.
void delete_message(Router& router, EventLoop& from, CallerPtr caller, const std::string& message_id, Done<Deleted> done);

}  // namespace parley::service
