#include "load/witness.hpp"

#include <algorithm>

namespace parley::bench {

namespace {

constexpr std::uint32_t nowhere = UINT32_MAX;

/// The place of every sent message in the stored order.
class StoredPlaces {
 public:
  explicit StoredPlaces(const SessionEvidence& evidence) : first_sender_(evidence.first_sender) {
    for (const auto& sent : evidence.acknowledged) places_.emplace_back(sent.size(), nowhere);
  }

  /// Null for a key that no sender used.
  std::uint32_t* find(MessageKey key) {
    if (key.sender < first_sender_ || key.sender - first_sender_ >= places_.size()) return nullptr;
    auto& numbers = places_[key.sender - first_sender_];
    return key.number < numbers.size() ? &numbers[key.number] : nullptr;
  }

 private:
  std::uint32_t first_sender_;
  std::vector<std::vector<std::uint32_t>> places_;
};

void judge_stored(const SessionEvidence& evidence, StoredPlaces& places, Verdict& verdict) {
  std::vector<std::uint32_t> next_number(evidence.acknowledged.size(), 0);
  for (std::uint32_t place = 0; place < evidence.stored.size(); ++place) {
    const Sighting& message = evidence.stored[place];
    if (!message.text_true) ++verdict.altered;
    std::uint32_t* slot = places.find(message.key);
    if (slot == nullptr) {
      ++verdict.foreign;
      continue;
    }
    if (*slot != nowhere) {
      ++verdict.doubled;
      continue;
    }
    *slot = place;
    std::uint32_t& next = next_number[message.key.sender - evidence.first_sender];
    if (message.key.number < next) ++verdict.reordered;
    next = std::max(next, message.key.number + 1);
  }
}

void judge_acknowledged(const SessionEvidence& evidence, StoredPlaces& places, Verdict& verdict) {
  for (std::size_t sender = 0; sender < evidence.acknowledged.size(); ++sender) {
    const auto& ids = evidence.acknowledged[sender];
    for (std::uint32_t number = 0; number < ids.size(); ++number) {
      if (!ids[number]) continue;
      ++verdict.acknowledged;
      const std::uint32_t place = *places.find({evidence.first_sender + static_cast<std::uint32_t>(sender), number});
      if (place == nowhere) {
        ++verdict.lost;
      } else if (evidence.stored[place].id != *ids[number]) {
        ++verdict.foreign;
      }
    }
  }
}

void judge_member(const SessionEvidence& evidence, const std::vector<Sighting>& heard, StoredPlaces& places, Verdict& verdict) {
  std::vector<bool> seen(evidence.stored.size());
  std::uint32_t furthest = 0;
  std::uint64_t known = 0;
  for (const Sighting& message : heard) {
    if (!message.text_true) ++verdict.altered;
    const std::uint32_t* place = places.find(message.key);
    if (place == nullptr || *place == nowhere || evidence.stored[*place].id != message.id) {
      ++verdict.foreign;
      continue;
    }
    if (seen[*place]) {
      ++verdict.doubled;
      continue;
    }
    seen[*place] = true;
    ++known;
    if (*place < furthest) ++verdict.reordered;
    furthest = std::max(furthest, *place);
  }
  verdict.heard += heard.size();
  verdict.unheard += evidence.stored.size() - known;
}

}  // namespace

void Verdict::add(const Verdict& other) {
  stored += other.stored;
  acknowledged += other.acknowledged;
  heard += other.heard;
  lost += other.lost;
  unheard += other.unheard;
  doubled += other.doubled;
  reordered += other.reordered;
  foreign += other.foreign;
  altered += other.altered;
}

std::string Verdict::to_string() const {
  return std::to_string(lost) + " lost, " + std::to_string(unheard) + " unheard, " + std::to_string(doubled) + " doubled, " +
         std::to_string(reordered) + " reordered, " + std::to_string(foreign) + " foreign, " + std::to_string(altered) + " altered";
}

Verdict judge(const SessionEvidence& evidence) {
  Verdict verdict;
  verdict.stored = evidence.stored.size();
  StoredPlaces places(evidence);
  judge_stored(evidence, places, verdict);
  judge_acknowledged(evidence, places, verdict);
  for (const auto& heard : evidence.heard) judge_member(evidence, heard, places, verdict);
  return verdict;
}

}  // namespace parley::bench
