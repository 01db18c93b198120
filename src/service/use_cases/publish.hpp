// Hop 5: one message becomes an entry of its session's log, exactly once, and is answered and delivered when it is durable.
#pragma once

#include "service/session/invocation.hpp"
#include "service/shared/socket_answer.hpp"

namespace parley::service {

/// ChatService::send_message.
void publish(Invocation by, SendMessage request, Done<domain::MessageView> done);
/// The event `chat-message`. A refusal goes into the ack and into an `error` event, for clients that asked for no ack.
void publish(Invocation by, SendMessage request, SocketAnswer answer);

}  // namespace parley::service
