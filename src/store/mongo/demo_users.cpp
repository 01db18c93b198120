#include "store/mongo/demo_users.hpp"

#include <string_view>
#include <vector>

#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

// API contract §8 requires a password. A bcrypt hash has 60 characters and begins with `$2`, so no password has this hash.
constexpr std::string_view no_password = "!no password: nobody signs in as this user of the demo";

}  // namespace

Result<void> add_demo_users(const std::string& uri, std::span<const domain::User> users, Timestamp now) {
  const auto clients = ClientPool::make(uri, "parley-demo", 1);
  if (!clients) return std::unexpected(clients.error());
  std::vector<Document> upserts;
  for (const domain::User& user : users) {
    Document query;
    query.user("_id", user.id);
    Document fields;
    fields.text("email", user.email).text("password", no_password).text("role", user.role.name).text("name", user.name);
    fields.boolean("isVerified", true);
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
