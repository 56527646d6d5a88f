// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tiny models with tokenizers of their own, merged in memory.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/plan_fixture.h"

namespace tsugi::tests {

using Rows = std::vector<std::vector<float>>;

/// A tokenizer.json: `tokens` numbered in order; `added` after them, or with the id of a token of that name.
inline std::string bpe_json(const std::vector<std::string>& tokens,
                            const std::vector<std::string>& added = {},
                            const std::vector<std::string>& merges = {}) {
  nlohmann::ordered_json json = {{"version", "1.0"}, {"added_tokens", nlohmann::ordered_json::array()}};
  nlohmann::ordered_json vocabulary = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < tokens.size(); ++i) vocabulary[tokens[i]] = i;
  std::size_t next = tokens.size();
  for (const std::string& token : added) {
    const bool known = vocabulary.contains(token);
    json["added_tokens"].push_back({{"id", known ? vocabulary[token].get<std::size_t>() : next},
                                    {"content", token},
                                    {"single_word", false},
                                    {"lstrip", false},
                                    {"rstrip", false},
                                    {"normalized", false},
                                    {"special", true}});
    if (!known) ++next;
  }
  json["pre_tokenizer"] = nullptr;
  json["model"] = {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", merges}};
  return json.dump(2);
}

/// Models of 2 layers and width 2 in a temporary folder; `@` in a recipe stands for the folder and a slash.
class VocabularyFixture : public PlanFixture {
 protected:
  /// A model whose embedding has these rows; tied unless `head` has rows.
  void model(const std::string& name, const std::vector<std::string>& tokens, const Rows& rows,
             const Rows& head = {}, const std::vector<std::string>& added = {}) {
    TinyModel tiny = TinyModel::llama(2, 1);
    put(tiny, "model.embed_tokens.weight", rows);
    if (!head.empty()) {
      put(tiny, "lm_head.weight", head);
      tiny.config["tie_word_embeddings"] = false;
    }
    tiny.config["vocab_size"] = rows.size();
    tiny.config["hidden_size"] = rows.front().size();
    write(name, tiny);
    folder.write(name + "/tokenizer.json", bpe_json(tokens, added));
  }

  static void put(TinyModel& tiny, const std::string& name, const Rows& rows) {
    std::vector<float> values;
    for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
    tiny.tensors[name] = {{rows.size(), rows.front().size()}, values};
  }

  static Rows merged_rows(const merge::MergePlan& plan,
                          const std::string& name = "model.embed_tokens.weight") {
    MemorySink sink;
    merge::execute(plan, sink, {.concurrency = merge::Concurrency::serial});
    const merge::OutputTensor& output = tensor(plan, name).output;
    const std::vector<float>& values = sink.values.at(name);
    Rows rows;
    for (std::size_t row = 0; row < output.rows(); ++row) {
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * output.row_length());
      rows.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(output.row_length()));
    }
    return rows;
  }

  static std::string file(const merge::MergePlan& plan, const std::string& name) {
    const merge::Companion* companion = merge::find_companion(plan.companions, name);
    return companion == nullptr ? "" : companion->content();
  }

  merge::MergePlan plan_with(const std::string& recipe, const merge::PlanOptions& options) {
    const std::string text = std::regex_replace(recipe, std::regex("@"), folder.path().string() + "/");
    merge::CheckpointStore store;
    return merge::plan_merge(recipes::parse_recipe(text, "r.yaml"), store, options);
  }
};

}  // namespace tsugi::tests
