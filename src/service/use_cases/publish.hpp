// Hop 5: one message becomes an entry of its session's log, exactly once, and is answered and delivered when it is durable.
#pragma once

#include "service/session/invocation.hpp"

namespace parley::service {

/// ChatService::send_message.
void publish(Invocation by, SendMessage request, Done<domain::MessageView> done);

}  // namespace parley::service
