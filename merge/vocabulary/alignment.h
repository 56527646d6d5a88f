// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Every model's vocabulary against that of the output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "merge/vocabulary/output_vocabulary.h"

namespace tsugi::merge {

/// What happens to the tokens of one model.
struct VocabularyChange {
  std::string model;
  std::size_t tokens = 0;   ///< with a row in its embedding
  std::size_t shared = 0;   ///< of those in the output
  std::size_t moved = 0;    ///< of the shared: under another id
  std::size_t dropped = 0;  ///< not in the output
  std::size_t added = 0;    ///< of the output that the model lacks: rows lent to it
};

/// What a user should see of a change of vocabulary before anything is written.
struct VocabularyReport {
  std::string source;  ///< "union", "base" or a model
  std::size_t tokens = 0;
  std::size_t rows = 0;  ///< with padding
  std::vector<VocabularyChange> models;
};

/// A row that `tokens:` names.
struct TokenRule {
  TokenId token;
  recipes::TokenRow row;
  std::size_t model;  ///< of same_token and model_token
  TokenId id;         ///< row of that model
  bool force;
  Mark mark;
};

/// Immutable.
struct Alignment {
  std::vector<ModelVocabulary> models;  ///< in the order of the plan's models
  OutputVocabulary output;
  std::vector<std::vector<TokenId>> rows = {};   ///< [model][token]: its row, or -1
  std::vector<std::uint64_t> fingerprints = {};  ///< [model]: of its rows
  std::vector<TokenRule> rules = {};             ///< in the recipe's order, without those that say nothing
  std::shared_ptr<const std::vector<char>> forced = {};  ///< [token]; empty when nothing is
  VocabularyReport report = {};
};

/// Rows of every model (specification, part C2). `rule_models[i]`: the model that entry i of `spec.tokens`
/// names; throws InputError at the entry when that model lacks the token or row.
Alignment align(const recipes::TokenizerSpec& spec, std::vector<ModelVocabulary> models,
                OutputVocabulary output, const std::vector<std::size_t>& rule_models,
                const std::string& source_name);

}  // namespace tsugi::merge
