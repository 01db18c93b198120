// A text as the log holds it: the source of pages, history, repeats and live events.
#pragma once

#include <string>

#include "domain/entry.hpp"
#include "domain/views.hpp"

namespace parley::service {

struct StoredText {
  domain::Position position;
  ObjectId id;
  UserId sender;
  domain::Role sender_role;
  Timestamp timestamp{};  // as clients know it: an adopted message keeps its original time
  Timestamp logged_at{};  // time of its entry: never decreases inside a session
  domain::MessageType type = domain::MessageType::text;
  std::string text;  // empty once deleted
  std::string client_message_id;
  domain::MessageView::Presence presence = domain::MessageView::Presence::live;

  [[nodiscard]] std::uint32_t seq() const { return position.seq; }
  [[nodiscard]] bool live() const { return presence == domain::MessageView::Presence::live; }
};

/// `entry` must be of kind text. A message adopted from an earlier server keeps its own id and time; an erased body is a deleted text.
[[nodiscard]] StoredText stored_text(domain::Entry entry);

[[nodiscard]] domain::MessageView message_view(const SessionId& session, const StoredText& text, domain::User sender);
/// As above, without the sender's name, into the memory of a view that is no longer needed.
void write_message_view(domain::MessageView& view, const SessionId& session, const StoredText& text);

}  // namespace parley::service
