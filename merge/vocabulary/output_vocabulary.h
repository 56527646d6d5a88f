// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which tokens a merge has, in which order, and what that changes in the tokenizer it is made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "merge/vocabulary/token_table.h"
#include "recipes/recipe.h"

namespace tsugi::merge {

/// A model's tokens and how many of its ids have a row in its embedding: tokens with an id from `size` on are
/// unused.
struct ModelVocabulary {
  std::string name;  ///< for people
  std::shared_ptr<const TokenTable> table;
  std::size_t size = 0;
};

/// The tokenizer is one model's, less `stripped`, with `added` put in.
struct OutputVocabulary {
  struct Added {
    AddedToken token;
    TokenId id;
  };

  std::vector<std::string> tokens;     ///< by id, without gaps
  std::vector<Added> added;            ///< new, or with flags where the tokenizer has a plain token
  std::vector<std::string> stripped;   ///< of the base: unused tokens
  std::vector<std::string> conflicts;  ///< added tokens whose flags differ between models
  std::size_t rows = 0;                ///< of embeddings: tokens, then padding
  std::size_t appended = 0;            ///< tokens that the tokenizer did not have

  bool changed() const { return !added.empty() || !stripped.empty(); }
};

/// Specification, part C1. `models` in recipe order; `base` is a place in it. `source` is the tokenizer that
/// `tokenizer.source` names, of which `models` need not have one; null for union and base. Order of a union:
/// the base's ids; then ordinary tokens, then added tokens, of each model in order by id; then the keys of
/// `tokens:`. Throws InputError for ids with gaps.
OutputVocabulary output_vocabulary(const recipes::TokenizerSpec& spec,
                                   std::span<const ModelVocabulary> models, std::size_t base,
                                   const ModelVocabulary* source);

}  // namespace tsugi::merge
