// Values of the families `users` and `signalling`, and revocations: docs/formats/embedded-store.md. Errors of the decoders: log_corrupt.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "domain/revocation.hpp"
#include "domain/user.hpp"
#include "store/clock_record.hpp"
#include "store/signalling_record.hpp"

namespace parley::store::embedded {

[[nodiscard]] Bytes encode_user(const domain::User& user);
[[nodiscard]] Result<domain::User> decode_user(const UserId& id, BytesView value);

/// Session, time and id are in the key.
[[nodiscard]] Bytes encode_signalling(const SignallingMessage& message);
[[nodiscard]] Result<SignallingMessage> decode_signalling(SessionNumber session, BytesView key, BytesView value);

/// The token is in the key.
[[nodiscard]] Bytes revocation_key(const domain::TokenId& token);
[[nodiscard]] Bytes encode_revocation(const domain::Revocation& revocation);
[[nodiscard]] Result<domain::Revocation> decode_revocation(BytesView key, BytesView value);

[[nodiscard]] Bytes encode_clock_look(const ClockLook& look);
[[nodiscard]] Result<ClockLook> decode_clock_look(BytesView value);

}  // namespace parley::store::embedded
