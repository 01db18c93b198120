// Converts JSON values to BSON, in the form that other software expects in the database, and back. Owner: one thread.
#pragma once

#include <string>
#include <string_view>

#include "store/mongo/driver/document.hpp"

namespace parley::store::mongo {

/// Adds `json` under `name`. False: nothing is added, because BSON cannot hold it (deeper than 100, zero byte in a name) or it is no JSON.
[[nodiscard]] bool add_json(Document& document, std::string_view name, std::string_view json);
/// The value under `name` as JSON; empty if it is missing. An ObjectId becomes its 24 digits, a date becomes ISO 8601 text.
[[nodiscard]] std::string json_of(const Fields& fields, std::string_view name);

}  // namespace parley::store::mongo
