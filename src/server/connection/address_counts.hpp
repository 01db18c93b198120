// How many of one kind each client address has, against a limit.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace parley::server {

/// Keys are from protocol::http::client_key. The empty key is not counted and never full: it is a proxy's. Threads: guarded by its owner.
class AddressCounts {
 public:
  explicit AddressCounts(std::size_t each_max) : each_max_(each_max) {}

  [[nodiscard]] bool is_full(const std::string& key) const {
    if (key.empty()) return false;
    const auto found = counts_.find(key);
    return (found == counts_.end() ? 0 : found->second) >= each_max_;
  }
  void add(const std::string& key) {
    if (!key.empty()) ++counts_[key];
  }
  void remove(const std::string& key) {
    const auto found = counts_.find(key);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  const std::size_t each_max_;
  std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace parley::server
