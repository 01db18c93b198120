// JSON values as BSON, the way other software that reads the database expects them, and back. Owner: one thread.
#pragma once

#include <string>
#include <string_view>

#include "store/mongo/document.hpp"

namespace parley::store::mongo {

/// Adds `json` under `name`. False, and nothing is added: BSON cannot hold it (deeper than 100, a name with a zero byte), or it is no JSON.
[[nodiscard]] bool add_json(Document& document, std::string_view name, std::string_view json);
/// The value under `name` as JSON; empty when it is missing. An ObjectId is its 24 digits, a date the time as people of the web write it.
[[nodiscard]] std::string json_of(const Fields& fields, std::string_view name);

}  // namespace parley::store::mongo
