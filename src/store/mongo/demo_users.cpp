#include "store/mongo/demo_users.hpp"

#include <vector>

#include "store/mongo/client.hpp"
#include "store/mongo/layout.hpp"

namespace parley::store::mongo {

Result<void> add_demo_users(const std::string& uri, std::span<const domain::User> users, Timestamp now) {
  const auto clients = ClientPool::make(uri, "parley-demo", 1);
  if (!clients) return std::unexpected(clients.error());
  std::vector<Document> upserts;
  for (const domain::User& user : users) {
    Document query;
    query.id("_id", user.id);
    Document fields;
    fields.text("email", user.email).text("role", user.role.name).text("name", user.name).boolean("isVerified", true);
    fields.date("createdAt", now).date("updatedAt", now).int32("__v", 0);
    Document change;
    change.document("$setOnInsert", fields);
    upserts.push_back(update_of(query, change));
    upserts.back().boolean("upsert", true);
  }
  Client client = (*clients)->take();
  if (const auto failure = first_failure(client.update(collection::users, upserts))) return std::unexpected(to_error(*failure));
  return {};
}

}  // namespace parley::store::mongo
