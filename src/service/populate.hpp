// Populated answers (docs/api-contract.md §3) where identity comes from the user store: the users of an answer are filled in as it leaves,
// as the store has them now, whatever was known when the session was loaded.
#pragma once

#include <cstdint>

#include "service/chat_service.hpp"
#include "service/context.hpp"

namespace parley::service {

/// When the users cannot be read: a read is refused like any other; what has been carried out is answered with what is known.
enum class WhenUnreadable : std::uint8_t { refuse, show_known };

/// A `done` for the use case that looks the users of its view up and then runs the given one, on `from`. With IdentitySource::claims it is
/// the given one. Of domain::SessionView and PageView, a vector of MessageView, and the lists of ChatService.
template <typename View>
[[nodiscard]] Done<View> with_stored_users(Context& context, EventLoop& from, WhenUnreadable when_unreadable, Done<View> done);

}  // namespace parley::service
