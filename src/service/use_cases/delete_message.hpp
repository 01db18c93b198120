// Deletes a message: an entry records who deleted what and when, and the same commit erases the text.
#pragma once

#include "service/session/invocation.hpp"

namespace parley::service {

/// ChatService::delete_message. The sender and admins may delete, whether or not they participate.
void delete_message(Invocation by, const std::string& message_id, Done<Deleted> done);

}  // namespace parley::service
