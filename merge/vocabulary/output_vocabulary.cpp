// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/output_vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Token = TokenTable::Token;
using Source = recipes::TokenizerSpec::Source;

class Builder {
 public:
  Builder(const recipes::TokenizerSpec& spec, std::span<const ModelVocabulary> models, std::size_t base,
          const ModelVocabulary* source)
      : spec_(spec), models_(models), base_(base), origin_(source != nullptr ? *source : models[base]) {}

  OutputVocabulary build() {
    // A tokenizer that is named keeps its unused tokens; of the base they go, for all rows come from models.
    start(spec_.source != Source::model);
    if (spec_.source == Source::all_models) unite();
    for (const recipes::TokenSetting& setting : spec_.tokens) {
      if (known_.count(setting.token) == 0) append({.content = setting.token, .normalized = true});
    }
    pad();
    return std::move(result_);
  }

 private:
  void start(bool strip) {
    for (const Token& token : origin_.table->tokens()) {
      if (strip && static_cast<std::size_t>(token.id) >= origin_.size) {
        result_.stripped.push_back(token.text);
        continue;
      }
      if (static_cast<std::size_t>(token.id) != result_.tokens.size()) {
        throw InputError(origin_.table->file(),
                         fmt::format("no token has the id {}, and {} has {}", result_.tokens.size(),
                                     cited(token.text), token.id),
                         "ids must be 0, 1, 2, … for a new vocabulary: name tokens for the gaps in the file");
      }
      known_.emplace(token.text, token.id);
      result_.tokens.push_back(token.text);
      // Written out, so that loaders do not give its id to a token appended here.
      if (token.implied) result_.added.push_back({*token.added, token.id});
    }
  }

  void append(AddedToken token) {
    const auto id = static_cast<TokenId>(result_.tokens.size());
    known_.emplace(token.content, id);
    result_.tokens.push_back(token.content);
    result_.added.push_back({std::move(token), id});
    ++result_.appended;
  }

  // The base first, so that its flags win; then the others in recipe order.
  std::vector<const ModelVocabulary*> in_order() const {
    std::vector<const ModelVocabulary*> order{&models_[base_]};
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (i != base_) order.push_back(&models_[i]);
    }
    return order;
  }

  template <class Body>
  void for_used(const Body& body) const {
    for (const ModelVocabulary* model : in_order()) {
      for (const Token& token : model->table->tokens()) {
        if (static_cast<std::size_t>(token.id) < model->size) body(token);
      }
    }
  }

  void unite() {
    std::unordered_map<std::string_view, const AddedToken*> flags;  // looked up only
    std::unordered_set<std::string_view> conflicting;
    for_used([&](const Token& token) {
      if (!token.added) return;
      const auto [first, fresh] = flags.emplace(token.text, &*token.added);
      if (!fresh && *first->second != *token.added && conflicting.insert(token.text).second)
        result_.conflicts.push_back(token.text);
    });
    for_used([&](const Token& token) {
      if (flags.count(token.text) == 0 && known_.count(token.text) == 0)
        append({.content = token.text, .normalized = true});
    });
    std::unordered_set<std::string_view> done;
    for_used([&](const Token& token) {
      if (!token.added || !done.insert(token.text).second) return;
      const auto known = known_.find(token.text);
      if (known == known_.end()) return append(*token.added);
      const Token* own = origin_.table->find(token.text);
      if (!own->added) result_.added.push_back({*token.added, known->second});
    });
  }

  void pad() {
    const std::size_t tokens = result_.tokens.size();
    result_.rows = tokens;
    if (spec_.pad_to_multiple_of) {
      const auto step = static_cast<std::size_t>(*spec_.pad_to_multiple_of);
      result_.rows = (tokens + step - 1) / step * step;
    } else if (spec_.source != Source::all_models) {
      result_.rows = std::max(tokens, origin_.size);  // models are often padded beyond their tokenizers
    }
  }

  const recipes::TokenizerSpec& spec_;
  std::span<const ModelVocabulary> models_;
  std::size_t base_;
  const ModelVocabulary& origin_;
  OutputVocabulary result_;
  std::unordered_map<std::string, TokenId> known_;  // looked up only
};

}  // namespace

OutputVocabulary output_vocabulary(const recipes::TokenizerSpec& spec,
                                   std::span<const ModelVocabulary> models, std::size_t base,
                                   const ModelVocabulary* source) {
  return Builder(spec, models, base, source).build();
}

}  // namespace tsugi::merge
