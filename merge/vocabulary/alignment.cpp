// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/plan/fingerprint.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

std::vector<TokenId> rows_of(const ModelVocabulary& model, const OutputVocabulary& output) {
  std::vector<TokenId> rows;
  rows.reserve(output.tokens.size());
  for (const std::string& token : output.tokens) {
    const TokenId id = model.table->id(token).value_or(-1);
    rows.push_back(id >= 0 && static_cast<std::size_t>(id) < model.size ? id : -1);
  }
  return rows;
}

VocabularyChange change_of(const ModelVocabulary& model, const std::vector<TokenId>& rows) {
  VocabularyChange change{.model = model.name};
  for (const TokenTable::Token& token : model.table->tokens()) {
    if (static_cast<std::size_t>(token.id) < model.size) ++change.tokens;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0) continue;
    ++change.shared;
    if (static_cast<std::size_t>(rows[i]) != i) ++change.moved;
  }
  change.added = rows.size() - change.shared;
  change.dropped = change.tokens - change.shared;
  return change;
}

// The row of `model` that an entry of `tokens:` means.
TokenId row_of_rule(const recipes::TokenSetting& setting, const ModelVocabulary& model) {
  if (setting.other_id) {
    if (static_cast<std::size_t>(*setting.other_id) < model.size)
      return static_cast<TokenId>(*setting.other_id);
    throw InputError(setting.mark,
                     fmt::format("token {} takes row {} of '{}', which has {} rows", cited(setting.token),
                                 *setting.other_id, model.name, model.size),
                     "give a token_id below that number");
  }
  const std::string& text = setting.other_token ? *setting.other_token : setting.token;
  const TokenId id = model.table->id(text).value_or(-1);
  if (id >= 0 && static_cast<std::size_t>(id) < model.size) return id;
  throw InputError(setting.mark,
                   fmt::format("token {} takes the row of {} in '{}', which {}", cited(setting.token),
                               cited(text), model.name, id < 0 ? "has no such token" : "has no row for it"),
                   "name a model that has the token, or another of its tokens: "
                   "{kind: model_token, model: NAME, token: TEXT}");
}

void add_rules(const recipes::TokenizerSpec& spec, const std::vector<std::size_t>& rule_models,
               Alignment& alignment) {
  const auto& tokens = alignment.output.tokens;
  std::vector<char> forced(tokens.size(), 0);
  bool any = false;
  for (std::size_t i = 0; i < spec.tokens.size(); ++i) {
    const recipes::TokenSetting& setting = spec.tokens[i];
    if (setting.row == recipes::TokenRow::standard) continue;
    const auto found = std::find(tokens.begin(), tokens.end(), setting.token);
    TokenRule rule{.token = static_cast<TokenId>(found - tokens.begin()),
                   .row = setting.row,
                   .model = rule_models[i],
                   .id = -1,
                   .force = setting.force,
                   .mark = setting.mark};
    if (setting.row != recipes::TokenRow::zero) rule.id = row_of_rule(setting, alignment.models[rule.model]);
    if (setting.force) forced[static_cast<std::size_t>(rule.token)] = 1;
    any |= setting.force;
    alignment.rules.push_back(std::move(rule));
  }
  if (!any) forced.clear();
  alignment.forced = std::make_shared<const std::vector<char>>(std::move(forced));
}

}  // namespace

Alignment align(const recipes::TokenizerSpec& spec, std::vector<ModelVocabulary> models,
                OutputVocabulary output, const std::vector<std::size_t>& rule_models,
                const std::string& source_name) {
  Alignment alignment{.models = std::move(models), .output = std::move(output)};
  alignment.report = {.source = source_name,
                      .tokens = alignment.output.tokens.size(),
                      .rows = alignment.output.rows,
                      .models = {}};
  for (const ModelVocabulary& model : alignment.models) {
    alignment.rows.push_back(rows_of(model, alignment.output));
    alignment.report.models.push_back(change_of(model, alignment.rows.back()));
    Fingerprint fingerprint;
    for (const TokenId row : alignment.rows.back()) fingerprint.add(static_cast<std::uint64_t>(row));
    alignment.fingerprints.push_back(fingerprint.add(std::uint64_t{alignment.output.rows}).value());
  }
  add_rules(spec, rule_models, alignment);
  return alignment;
}

}  // namespace tsugi::merge
