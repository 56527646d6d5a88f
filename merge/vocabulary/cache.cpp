// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/cache.h"

#include <fmt/format.h>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kExamples = 5;

const Companion* vocabulary_file(const std::vector<Companion>& companions) {
  const Companion* file = find_companion(companions, "tokenizer.json");
  return file != nullptr ? file : find_companion(companions, "vocab.json");
}

VocabularyDifference compare(const TokenTable& a, const TokenTable& b) {
  VocabularyDifference difference;
  for (const TokenTable::Token& token : a.tokens()) {
    const TokenTable::Token* other = b.find(token.text);
    if (other != nullptr) {
      if (other->id == token.id) continue;
      if (difference.moved++ < kExamples) {
        difference.moved_examples += fmt::format("{}{} {} and {}", difference.moved == 1 ? "" : ", ",
                                                 cited(token.text), token.id, other->id);
      }
      continue;
    }
    const TokenTable::Token* place = b.at(token.id);
    if (place == nullptr) continue;  // beyond the other's tokens
    if (difference.renamed++ < kExamples) {
      difference.renamed_examples += fmt::format("{}{} {} and {}", difference.renamed == 1 ? "" : ", ",
                                                 token.id, cited(token.text), cited(place->text));
    }
  }
  return difference;
}

}  // namespace

std::shared_ptr<const TokenTable> VocabularyCache::table(const Checkpoint& checkpoint) {
  std::shared_ptr<const TokenTable>& table = tables_[checkpoint.folder().string()];
  if (table == nullptr) {
    table = std::make_shared<const TokenTable>(
        TokenTable::read(checkpoint.companions(), checkpoint.folder().string()));
  }
  return table;
}

const VocabularyDifference& VocabularyCache::difference(const Checkpoint& a, const Checkpoint& b) {
  const auto [found, fresh] =
      differences_.emplace(std::pair(a.folder().string(), b.folder().string()), VocabularyDifference{});
  if (!fresh) return found->second;
  const std::vector<Companion> first = a.companions();
  const std::vector<Companion> second = b.companions();
  const Companion* one = vocabulary_file(first);
  const Companion* other = vocabulary_file(second);
  if (one == nullptr || other == nullptr) return found->second;
  // Models of one family carry one file; reading it costs seconds when it is large.
  if (one->name == other->name && one->size() == other->size() && one->content() == other->content())
    return found->second;
  try {
    found->second = compare(*table(a), *table(b));
  } catch (const InputError& error) {
    found->second.unknown = error.what();
  }
  return found->second;
}

}  // namespace tsugi::merge
