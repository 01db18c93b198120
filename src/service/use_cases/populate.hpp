// Populated answers (docs/api-contract.md §3) for identity from the user store. The users of an answer are filled in when it is sent. They
// are shown as the store has them now, not as they were when the session was loaded.
#pragma once

#include <cstdint>

#include "service/session/context.hpp"
#include "service/shared/requests.hpp"

namespace parley::service {

/// When the users cannot be read: a read is refused like any other; a completed write is answered with the users that are known.
enum class WhenUnreadable : std::uint8_t { refuse, show_known };

/// Returns a `done` that looks up the users of its view and then runs the given one, on `from`. With IdentitySource::claims it returns the
/// given one. For domain::SessionView and PageView, a vector of MessageView, and the lists of ChatService.
template <typename View>
[[nodiscard]] Done<View> with_stored_users(Context& context, EventLoop& from, WhenUnreadable when_unreadable, Done<View> done);

}  // namespace parley::service
