// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/clusters.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "eval/holdout/shingles.h"

namespace tsugi::eval {
namespace {

/// Sets of items joined step by step; the smallest index represents a set.
class Joined {
 public:
  explicit Joined(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }

  std::size_t root(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }

  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// Questions by the rare shingles they hold.
struct Index {
  std::vector<std::vector<std::size_t>> shingles_of;   ///< [question]: rare shingles
  std::vector<std::vector<std::size_t>> questions_of;  ///< [shingle]: questions, ascending
};

/// `items_of`: how many items ask each question. Repetitions of a question count, as the 1 % is of items.
Index index_rare_shingles(const std::vector<std::string_view>& questions,
                          const std::vector<std::size_t>& items_of) {
  Index index;
  std::unordered_map<std::string_view, std::size_t> number;  // only looked up, never walked
  std::vector<std::size_t> found_in;                         // [shingle]: items
  index.shingles_of.resize(questions.size());
  for (std::size_t q = 0; q < questions.size(); ++q) {
    for (const std::string_view shingle : shingles_of(questions[q])) {
      const std::size_t id = number.try_emplace(shingle, found_in.size()).first->second;
      if (id == found_in.size()) {
        found_in.push_back(0);
        index.questions_of.emplace_back();
      }
      found_in[id] += items_of[q];
      index.questions_of[id].push_back(q);
      index.shingles_of[q].push_back(id);
    }
  }
  const std::size_t items = std::accumulate(items_of.begin(), items_of.end(), std::size_t{0});
  const auto common = [&](std::size_t id) {
    return is_common_wording(found_in[id], index.questions_of[id].size(), items);
  };
  for (std::vector<std::size_t>& shingles : index.shingles_of) std::erase_if(shingles, common);
  return index;
}

/// Joins questions that share over half of the smaller set's rare shingles. Each question counts what it
/// shares with later ones by walking its shingles' lists, which are short because common shingles are gone.
void join_near_duplicates(const Index& index, const std::vector<std::size_t>& first_item, Joined& joined) {
  std::vector<std::size_t> shared(index.shingles_of.size(), 0);
  std::vector<std::size_t> touched;
  for (std::size_t q = 0; q < index.shingles_of.size(); ++q) {
    for (const std::size_t shingle : index.shingles_of[q]) {
      const std::vector<std::size_t>& questions = index.questions_of[shingle];
      for (auto other = std::upper_bound(questions.begin(), questions.end(), q); other != questions.end();
           ++other) {
        if (shared[*other]++ == 0) touched.push_back(*other);
      }
    }
    for (const std::size_t other : touched) {
      const std::size_t smaller = std::min(index.shingles_of[q].size(), index.shingles_of[other].size());
      if (2 * shared[other] > smaller) joined.join(first_item[q], first_item[other]);
      shared[other] = 0;
    }
    touched.clear();
  }
}

void join_sources(std::span<const HoldoutItem> items, Joined& joined) {
  std::map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].source) joined.join(first.try_emplace(*items[i].source, i).first->second, i);
  }
}

void join_questions(std::span<const HoldoutItem> items, const std::vector<std::string>& key, Joined& joined) {
  std::map<std::string_view, std::size_t> number;
  std::vector<std::string_view> questions;
  std::vector<std::size_t> items_of;
  std::vector<std::size_t> first_item;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].source) continue;
    const std::size_t question = number.try_emplace(key[i], questions.size()).first->second;
    if (question == questions.size()) {
      questions.emplace_back(key[i]);
      items_of.push_back(0);
      first_item.push_back(i);
    }
    ++items_of[question];
    joined.join(first_item[question], i);
  }
  join_near_duplicates(index_rare_shingles(questions, items_of), first_item, joined);
}

}  // namespace

Clusters cluster_items(std::span<const HoldoutItem> items) {
  Clusters clusters;
  for (const HoldoutItem& item : items) {
    clusters.key.push_back(item.source ? *item.source : normalise_question(item.question));
  }
  Joined joined(items.size());
  join_sources(items, joined);
  join_questions(items, clusters.key, joined);
  std::vector<std::size_t> number(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t root = joined.root(i);  // the first of its cluster, so its number is known by now
    if (root == i) {
      number[i] = clusters.size.size();
      clusters.size.push_back(0);
      clusters.smallest_key.push_back(clusters.key[i]);
    }
    const std::size_t cluster = number[root];
    clusters.of.push_back(cluster);
    ++clusters.size[cluster];
    clusters.smallest_key[cluster] = std::min(clusters.smallest_key[cluster], clusters.key[i]);
  }
  return clusters;
}

}  // namespace tsugi::eval
