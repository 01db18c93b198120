// Reason names, as the JavaScript server gives them, and text messages.
#include "protocol/engineio/socket_handler.hpp"

namespace parley::protocol::engineio {

std::string_view name_of(CloseReason reason) {
  switch (reason) {
    case CloseReason::transport_close:
      return "transport close";
    case CloseReason::transport_error:
      return "transport error";
    case CloseReason::ping_timeout:
      return "ping timeout";
    case CloseReason::parse_error:
      return "parse error";
    case CloseReason::forced_close:
      return "forced close";
    case CloseReason::server_shutting_down:
      break;
  }
  return "server shutting down";
}

PacketPtr encode_message(std::string_view text) {
  return EncodedPacket::text({"4", text});
}

}  // namespace parley::protocol::engineio
