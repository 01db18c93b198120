#include "service/memory/stored_text.hpp"

#include <utility>

#include "base/assert.hpp"
#include "domain/extensions.hpp"

namespace parley::service {

StoredText stored_text(domain::Entry entry) {
  PARLEY_ASSERT(entry.core.kind == domain::EntryKind::text);
  StoredText text;
  text.position = entry.position();
  text.id = domain::id_for_clients(entry.core).value_or(entry.core.id);
  text.sender = entry.core.sender;
  text.timestamp = domain::time_for_clients(entry.core).value_or(entry.core.timestamp);
  text.logged_at = entry.core.timestamp;
  text.sender_role = std::move(entry.core.sender_role);
  if (entry.body) {
    text.type = entry.body->message_type;
    text.text = std::move(entry.body->text);
    text.client_message_id = std::move(entry.body->client_message_id);
  } else {
    text.presence = domain::MessageView::Presence::deleted;
  }
  return text;
}

domain::MessageView message_view(const SessionId& session, const StoredText& text, domain::User sender) {
  domain::MessageView view;
  view.sender = std::move(sender);
  write_message_view(view, session, text);
  return view;
}

void write_message_view(domain::MessageView& view, const SessionId& session, const StoredText& text) {
  view.id = text.id;
  view.session = session;
  view.sender.id = text.sender;
  view.sender_role = text.sender_role;
  view.text = text.text;
  view.type = text.type;
  view.timestamp = text.timestamp;
  view.position = text.position;
  view.client_message_id = text.client_message_id;
  view.freshness = domain::MessageView::Freshness::fresh;
  view.presence = text.presence;
}

}  // namespace parley::service
