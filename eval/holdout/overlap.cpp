// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/overlap.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "eval/holdout/passages.h"
#include "eval/holdout/shingles.h"
#include "eval/holdout/split.h"

namespace tsugi::eval {
namespace {

using Texts = std::span<const std::string>;

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

std::vector<std::string> normalised(Texts texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) out.push_back(normalise_question(text));
  return out;
}

/// [item]: the first text that is equal.
std::vector<std::size_t> find_equal(Texts items, Texts texts) {
  std::unordered_map<std::string_view, std::size_t> first;  // only looked up, never walked
  for (std::size_t t = 0; t < texts.size(); ++t) first.try_emplace(texts[t], t);
  std::vector<std::size_t> found;
  for (const std::string& item : items) {
    const auto place = first.find(item);
    found.push_back(place == first.end() || item.empty() ? kNone : place->second);
  }
  return found;
}

/// Items by what they hold; texts are then streamed past.
struct ShingleIndex {
  struct Entry {
    std::vector<std::size_t> items;  ///< none for common wording
    std::size_t found = 0;           ///< items and texts
  };
  std::unordered_map<std::string_view, std::size_t> number;  ///< only looked up, never walked
  std::vector<Entry> entries;
  std::vector<std::size_t> rare_of;  ///< [item]: its shingles that are no common wording
};

ShingleIndex index_shingles(Texts items, Texts texts) {
  ShingleIndex index;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const std::string_view shingle : shingles_of(items[i])) {
      const std::size_t id = index.number.try_emplace(shingle, index.entries.size()).first->second;
      if (id == index.entries.size()) index.entries.emplace_back();
      index.entries[id].items.push_back(i);
      ++index.entries[id].found;
    }
  }
  for (const std::string& text : texts) {
    for (const std::string_view shingle : shingles_of(text)) {
      const auto place = index.number.find(shingle);
      if (place != index.number.end()) ++index.entries[place->second].found;
    }
  }
  const std::size_t all = items.size() + texts.size();
  index.rare_of.resize(items.size());
  for (ShingleIndex::Entry& entry : index.entries) {
    if (is_common_wording(entry.found, entry.found, all)) entry.items.clear();
    for (const std::size_t item : entry.items) ++index.rare_of[item];
  }
  return index;
}

/// [item]: the first text that is a near duplicate.
std::vector<std::size_t> find_near(Texts items, Texts texts) {
  const ShingleIndex index = index_shingles(items, texts);
  std::vector<std::size_t> found(items.size(), kNone);
  std::vector<std::size_t> shared(items.size(), 0);
  std::vector<std::size_t> touched;
  for (std::size_t t = 0; t < texts.size(); ++t) {
    std::size_t rare = 0;  // what no item has is particular to this text
    for (const std::string_view shingle : shingles_of(texts[t])) {
      const auto place = index.number.find(shingle);
      if (place == index.number.end()) {
        ++rare;
        continue;
      }
      const std::vector<std::size_t>& holders = index.entries[place->second].items;
      rare += holders.empty() ? 0 : 1;
      for (const std::size_t item : holders) {
        if (shared[item]++ == 0) touched.push_back(item);
      }
    }
    for (const std::size_t item : touched) {
      if (found[item] == kNone && 2 * shared[item] > std::max(rare, index.rare_of[item])) found[item] = t;
      shared[item] = 0;
    }
    touched.clear();
  }
  return found;
}

/// The passages of one kind of unit.
class PassageSearch {
 public:
  PassageSearch(Texts items, const std::vector<Unit>& units, Unit unit) : unit_(unit) {
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool own = units[i] == unit;
      rows_.push_back(own ? std::optional<UnitRow>(std::in_place, items[i], unit) : std::nullopt);
      if (own) sizes.push_back(rows_.back()->size());
    }
    if (sizes.empty()) return;
    std::sort(sizes.begin(), sizes.end());
    const std::size_t twentieth = sizes[sizes.size() / 20];
    length_ = unit == Unit::word ? std::clamp<std::size_t>(twentieth, 8, 13)
                                 : std::clamp<std::size_t>(twentieth, 13, 30);
    for (const auto& row : rows_) {
      if (!row) continue;
      for (std::size_t k = 0; k + length_ <= row->size(); ++k)
        hits_.try_emplace(row->passage(k, length_), Hit{});
    }
  }

  std::size_t length() const { return length_; }

  void pass(std::size_t number, const std::string& text) {
    if (length_ == 0) return;
    const UnitRow row(text, unit_);
    for (std::size_t k = 0; k + length_ <= row.size(); ++k) {
      const auto place = hits_.find(row.passage(k, length_));
      if (place == hits_.end() || place->second.last == number) continue;
      Hit& hit = place->second;
      if (hit.texts++ == 0) hit.first = number;
      hit.last = number;
    }
  }

  std::optional<Overlap> find(std::size_t item) const {
    constexpr std::size_t kBoilerplate = 10;  // of texts: "all of the above", a licence
    if (!rows_[item]) return std::nullopt;
    const UnitRow& row = *rows_[item];
    for (std::size_t k = 0; k + length_ <= row.size(); ++k) {
      const std::string_view passage = row.passage(k, length_);
      const Hit& hit = hits_.at(passage);
      if (hit.texts == 0 || hit.texts > kBoilerplate) continue;
      return Overlap{
          .item = item, .text = hit.first, .kind = OverlapKind::passage, .passage = std::string(passage)};
    }
    return std::nullopt;
  }

 private:
  struct Hit {
    std::size_t texts = 0;
    std::size_t first = kNone;
    std::size_t last = kNone;
  };
  Unit unit_;
  std::vector<std::optional<UnitRow>> rows_;  ///< [item]
  std::size_t length_ = 0;
  std::unordered_map<std::string_view, Hit> hits_;  ///< parts of rows_; only looked up, never walked
};

}  // namespace

std::size_t Overlaps::count(OverlapKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [&](const Overlap& one) { return one.kind == kind; }));
}

Overlaps find_overlaps(Texts raw_items, Texts raw_texts) {
  const std::vector<std::string> items = normalised(raw_items);
  const std::vector<std::string> texts = normalised(raw_texts);
  std::vector<Unit> units;
  for (const std::string& item : items) units.push_back(unit_of(item));
  PassageSearch words(items, units, Unit::word);
  PassageSearch characters(items, units, Unit::character);
  for (std::size_t t = 0; t < texts.size(); ++t) {
    words.pass(t, texts[t]);
    characters.pass(t, texts[t]);
  }
  const std::vector<std::size_t> equal = find_equal(items, texts);
  const std::vector<std::size_t> near = find_near(items, texts);
  Overlaps overlaps{
      .found = {}, .items = items.size(), .words = words.length(), .characters = characters.length()};
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::optional<Overlap> found;
    if (equal[i] != kNone) {
      found = Overlap{.item = i, .text = equal[i], .kind = OverlapKind::exact, .passage = {}};
    } else if (near[i] != kNone) {
      found = Overlap{.item = i, .text = near[i], .kind = OverlapKind::near, .passage = {}};
    } else {
      found = words.find(i);
      if (!found) found = characters.find(i);
    }
    if (found) overlaps.found.push_back(std::move(*found));
  }
  return overlaps;
}

}  // namespace tsugi::eval
