// A map that holds at most `size_max` values: when it is full, a new value drops the oldest one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

#include "base/assert.hpp"

namespace parley {

/// A key and its hash. It refers to the caller's key. Callers that look a key up in two steps hash it once.
template <typename Key>
struct HashedKey {
  const Key& key;
  std::size_t hash;
};

/// Order    `try_put` adds the newest value, and `use` makes a value the newest. An owner that calls only `find` drops the value that
///          was put first. An owner that calls `use` drops the least recently used value.
/// Cost     A look-up hashes the key once and allocates nothing. A new value takes one allocation.
/// Keys     Look-ups take every type that Hash accepts and that compares with Key, such as std::string_view for std::string, and a
///          HashedKey of such a type.
/// Pointers A pointer to a value is valid until the value is dropped.
/// Threads  Its owner's.
template <typename Key, typename Value, typename Hash = std::hash<Key>>
class BoundedMap {
 public:
  /// At least one value is held.
  explicit BoundedMap(std::size_t size_max) : size_max_(std::max<std::size_t>(1, size_max)) {}
  BoundedMap(const BoundedMap&) = delete;  // the links between the values are addresses
  BoundedMap& operator=(const BoundedMap&) = delete;

  template <typename Lookup>
  [[nodiscard]] static HashedKey<Lookup> hashed(const Lookup& key) {
    return {key, Hash{}(key)};
  }
  template <typename Lookup>
  [[nodiscard]] static HashedKey<Lookup> hashed(const HashedKey<Lookup>& key) {
    return key;
  }

  /// Null if the key is missing. The order stays as it is.
  template <typename Lookup>
  [[nodiscard]] Value* find(const Lookup& key) {
    const auto found = entries_.find(hashed(key));
    return found == entries_.end() ? nullptr : &found->second.value;
  }
  template <typename Lookup>
  [[nodiscard]] const Value* find(const Lookup& key) const {
    const auto found = entries_.find(hashed(key));
    return found == entries_.end() ? nullptr : &found->second.value;
  }
  /// As `find`, and makes the value the newest.
  template <typename Lookup>
  [[nodiscard]] Value* use(const Lookup& key) {
    const auto found = entries_.find(hashed(key));
    if (found == entries_.end()) return nullptr;
    if (&*found != newest_) {
      unlink(*found);
      append(*found);
    }
    return &found->second.value;
  }

  struct Put {
    Value& value;
    bool is_new;
  };
  /// Makes the value from `arguments` if the key is missing. Otherwise it returns the value that is there; the order stays as it is.
  template <typename Lookup, typename... Arguments>
  Put try_put(const Lookup& key, Arguments&&... arguments) {
    const auto looked_up = hashed(key);
    if (Value* const known = find(looked_up)) return {*known, false};
    if (entries_.size() >= size_max_) drop_oldest();
    const auto added =
        entries_.try_emplace(Stored{Key(looked_up.key), looked_up.hash}, Entry{Value(std::forward<Arguments>(arguments)...)});
    append(*added.first);
    return {added.first->second.value, true};
  }

  /// Null if the map is empty.
  [[nodiscard]] const Value* oldest() const { return oldest_ == nullptr ? nullptr : &oldest_->second.value; }
  /// There is a value.
  void drop_oldest() {
    PARLEY_ASSERT(oldest_ != nullptr);
    Node& dropped = *oldest_;
    unlink(dropped);
    entries_.erase(entries_.find(dropped.first));
  }
  /// Drops the value of this key, if there is one.
  template <typename Lookup>
  void erase(const Lookup& key) {
    const auto found = entries_.find(hashed(key));
    if (found == entries_.end()) return;
    unlink(*found);
    entries_.erase(found);
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Stored {
    Key key;
    std::size_t hash;  // kept, because every look-up passes other keys of its bucket
  };
  struct HashOf {
    using is_transparent = void;
    template <typename Hashed>
    std::size_t operator()(const Hashed& key) const noexcept {
      return key.hash;
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename Left, typename Right>
    bool operator()(const Left& left, const Right& right) const {
      return left.hash == right.hash && left.key == right.key;
    }
  };
  struct Entry;
  using Node = std::pair<const Stored, Entry>;  // its address does not change while it is in the map
  struct Entry {
    Value value;
    Node* older = nullptr;
    Node* newer = nullptr;
  };

  void append(Node& node) {
    node.second.older = newest_;
    node.second.newer = nullptr;
    (newest_ == nullptr ? oldest_ : newest_->second.newer) = &node;
    newest_ = &node;
  }
  void unlink(Node& node) {
    const Entry& entry = node.second;
    (entry.older == nullptr ? oldest_ : entry.older->second.newer) = entry.newer;
    (entry.newer == nullptr ? newest_ : entry.newer->second.older) = entry.older;
  }

  const std::size_t size_max_;
  std::unordered_map<Stored, Entry, HashOf, Equal> entries_;
  Node* oldest_ = nullptr;
  Node* newest_ = nullptr;
};

}  // namespace parley
