// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the steps of planning hand to each other: the recipe with its models opened and its layers told apart.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/checkpoint.h"
#include "merge/methods/method.h"
#include "merge/plan.h"
#include "merge/plan/names.h"
#include "recipes/recipe.h"

namespace tsugi::merge {

/// A checkpoint with what planning needs of it again and again.
struct OpenModel {
  std::shared_ptr<const Checkpoint> checkpoint;
  std::size_t layers = 0;
  NameTable names;
  std::uint64_t identity = 0;  ///< of its folder

  explicit OpenModel(std::shared_ptr<const Checkpoint> opened);
  /// One module of it: `layers` and `names` are those of the module.
  OpenModel(std::shared_ptr<const Checkpoint> opened, std::string_view module);
};

/// One model's part in a slice: layers [begin, end) of it.
struct PlanSource {
  const OpenModel* model = nullptr;
  std::string name;  ///< as the recipe writes it
  Mark mark;
  std::size_t begin = 0;
  std::size_t end = 0;
  const recipes::ParameterMap* parameters = nullptr;  ///< of its entry; null for a base that has none

  std::size_t length() const { return end - begin; }
};

/// Layers that follow each other in the output. `models` is one slice over all layers.
struct PlanSlice {
  std::vector<PlanSource> sources;                    ///< recipe order, a base that was added last
  std::optional<std::size_t> base;                    ///< its place in sources, for methods that read one
  const recipes::ParameterMap* parameters = nullptr;  ///< of the slice; null for `models`
  Mark mark;

  std::size_t length() const { return sources.front().length(); }
};

/// Sentences for the user, each once, in the order of their first mention.
class Notes {
 public:
  void add(std::string sentence);
  std::vector<std::string> take() { return std::move(sentences_); }

 private:
  std::vector<std::string> sentences_;
};

class VocabularyCache;
struct VocabularyPlan;

/// Everything a plan is made of. `models` is in recipe order and never grows once slices point into it.
struct PlanContext {
  const recipes::Recipe* recipe = nullptr;
  const Method* method = nullptr;
  std::string module = {};  ///< what of the models is planned; "" for all
  /// Parameters whose filters another module may meet; null without modules.
  const recipes::ParameterMap* common_parameters = nullptr;
  std::vector<std::unique_ptr<OpenModel>> models = {};
  const OpenModel* donor = nullptr;
  std::vector<PlanSlice> slices = {};
  Notes notes = {};
  PlanOptions options = {};
  std::shared_ptr<const VocabularyPlan> vocabulary = nullptr;  ///< null without `tokenizer:`
  VocabularyCache* vocabularies = nullptr;                     ///< null where no store is at hand
  std::vector<std::shared_ptr<const MadeTensor>> made = {};

  /// `mark`, or the recipe's file where a program made the recipe and marks say nothing.
  Mark place(const Mark& mark) const;
};

}  // namespace tsugi::merge
