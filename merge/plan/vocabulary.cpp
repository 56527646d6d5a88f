// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/json_text.h"
#include "merge/vocabulary/cache.h"
#include "merge/vocabulary/tensors.h"
#include "merge/vocabulary/tokenizer_files.h"
#include "recipes/error.h"
#include "recipes/search_spec.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;
using recipes::TokenizerSpec;

constexpr std::size_t kExamples = 5;

std::string examples(const std::vector<std::string>& tokens) {
  std::string text;
  for (std::size_t i = 0; i < std::min(tokens.size(), kExamples); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", cited(tokens[i]));
  return tokens.size() > kExamples ? text + ", …" : text;
}

// As the recipe writes it.
std::string name_of(const PlanContext& context, const OpenModel& model) {
  for (const PlanSlice& slice : context.slices) {
    for (const PlanSource& source : slice.sources) {
      if (source.model == &model) return source.name;
    }
  }
  return model.checkpoint->folder().string();
}

class VocabularyPlanner {
 public:
  VocabularyPlanner(PlanContext& context, CheckpointStore& checkpoints)
      : context_(context), checkpoints_(checkpoints), spec_(*context.recipe->tokenizer) {}

  std::shared_ptr<const VocabularyPlan> plan() {
    read_models();
    find_origin();
    OutputVocabulary output = output_vocabulary(spec_, models_, donor_, origin_ ? &*origin_ : nullptr);
    note_output(output);
    auto alignment = std::make_shared<const Alignment>(
        align(spec_, models_, std::move(output), rule_models(), source_name()));
    auto plan = std::make_shared<VocabularyPlan>();
    plan->alignment = alignment;
    write_files(*alignment, *plan);
    return plan;
  }

 private:
  const Checkpoint& donor() const { return *context_.donor->checkpoint; }

  void read_models() {
    for (std::size_t i = 0; i < context_.models.size(); ++i) {
      if (context_.models[i].get() == context_.donor) donor_ = i;
    }
    for (const auto& model : context_.models) {
      const Checkpoint& checkpoint = *model->checkpoint;
      models_.push_back({.name = name_of(context_, *model),
                         .table = table(*model),
                         .size = used_rows(checkpoint.config(), checkpoint.tensors())});
    }
  }

  std::shared_ptr<const TokenTable> table(const OpenModel& model) {
    const Checkpoint& checkpoint = *model.checkpoint;
    const bool may_assume = context_.options.assume_base_tokenizer && &model != context_.donor &&
                            vocabulary_rows(checkpoint.tensors()) == vocabulary_rows(donor().tensors());
    try {
      return context_.vocabularies->table(checkpoint);
    } catch (const InputError& error) {
      if (!may_assume) throw;
      context_.notes.add(
          fmt::format("{}: the base's tokenizer is assumed, for its embedding has as many rows ({})",
                      checkpoint.folder().string(), error.what()));
      return context_.vocabularies->table(donor());
    }
  }

  // The tokenizer that `source` names: of one of the models, or of any folder.
  void find_origin() {
    files_ = donor().companions();
    place_ = donor().folder().string();
    if (spec_.source != TokenizerSpec::Source::model) return;
    const auto path = recipes::find_beside(spec_.model->text, context_.recipe->file);
    if (!path) {
      throw InputError(context_.place(spec_.model->mark),
                       fmt::format("tokenizer '{}' is neither in the working directory nor beside the recipe",
                                   spec_.model->text),
                       "name a folder that holds tokenizer.json, or union or base");
    }
    for (std::size_t i = 0; i < context_.models.size(); ++i) {
      std::error_code ignored;
      if (!fs::equivalent(context_.models[i]->checkpoint->folder(), *path, ignored)) continue;
      origin_ = models_[i];
      origin_config_ = context_.models[i]->checkpoint->config().document();
      files_ = context_.models[i]->checkpoint->companions();
    }
    place_ = path->string();
    if (!origin_) read_origin(*path);
  }

  // A folder that may hold a tokenizer only.
  void read_origin(const fs::path& folder) {
    files_ = find_companions(folder);
    origin_ = ModelVocabulary{.name = spec_.model->text,
                              .table = std::make_shared<const TokenTable>(TokenTable::read(files_, place_)),
                              .size = 0};
    std::error_code ignored;
    if (!fs::exists(folder / "config.json", ignored)) return;
    const ModelConfig config = ModelConfig::read(folder / "config.json");
    origin_config_ = config.document();
    origin_->size = used_rows(config, {});
  }

  std::string source_name() const {
    if (spec_.source == TokenizerSpec::Source::model) return spec_.model->text;
    return spec_.source == TokenizerSpec::Source::base ? "base" : "union";
  }

  std::vector<std::size_t> rule_models() {
    std::vector<std::size_t> found;
    for (const recipes::TokenSetting& setting : spec_.tokens) {
      found.push_back(0);
      if (!setting.model) continue;
      const auto checkpoint = checkpoints_.get(*setting.model, context_.recipe->file);
      const auto model = std::find_if(context_.models.begin(), context_.models.end(),
                                      [&](const auto& other) { return other->checkpoint == checkpoint; });
      if (model == context_.models.end()) {
        throw InputError(context_.place(setting.mark),
                         fmt::format("token {} takes a row of '{}', which is not among the models",
                                     cited(setting.token), setting.model->text),
                         "name one of the models that are merged, or the base");
      }
      found.back() = static_cast<std::size_t>(model - context_.models.begin());
    }
    return found;
  }

  void note_output(const OutputVocabulary& output) {
    if (!output.stripped.empty()) {
      context_.notes.add(fmt::format("{} tokens of {} have no row in its embedding and are left out: {}",
                                     output.stripped.size(), place_, examples(output.stripped)));
    }
    if (output.appended > 0) {
      context_.notes.add(fmt::format(
          "{} tokens are appended to the tokenizer of {}: they match as whole strings, before its own "
          "vocabulary; merges of other tokenizers are not taken over",
          output.appended, place_));
    }
    if (!output.conflicts.empty()) {
      context_.notes.add(fmt::format("{} added tokens have other flags in other models; the first counts: {}",
                                     output.conflicts.size(), examples(output.conflicts)));
    }
  }

  void write_files(const Alignment& alignment, VocabularyPlan& plan) {
    std::vector<std::string> notes;
    plan.companions = tokenizer_files(files_, alignment.output, place_, notes);
    std::unordered_map<std::string_view, TokenId> ids;  // looked up only
    for (std::size_t i = 0; i < alignment.output.tokens.size(); ++i)
      ids.emplace(alignment.output.tokens[i], static_cast<TokenId>(i));
    const IdChange change{.before = models_[donor_].table.get(), .after = [&](const std::string& token) {
                            const auto found = ids.find(token);
                            return found == ids.end() ? std::nullopt : std::optional(found->second);
                          }};
    for (const Companion& companion : donor().companions()) {
      if (is_tokenizer_file(companion.name)) continue;
      plan.companions.push_back(
          companion.name == "generation_config.json" ? with_ids(companion, change, notes) : companion);
    }
    std::sort(plan.companions.begin(), plan.companions.end(),
              [](const Companion& a, const Companion& b) { return a.name < b.name; });
    const ModelConfig& config = donor().config();
    for (const auto& level : {config.document(), config.document().value("text_config", Json())}) {
      for (ChangedSetting& setting : changed_settings(level, "config.json", change, substitute())) {
        notes.push_back(setting.note);
        plan.settings.push_back(std::move(setting));
      }
    }
    for (std::string& note : notes) context_.notes.add(std::move(note));
  }

  using Json = nlohmann::ordered_json;
  const Json* substitute() const { return origin_config_.is_object() ? &origin_config_ : nullptr; }

  Companion with_ids(const Companion& companion, const IdChange& change,
                     std::vector<std::string>& notes) const {
    bool had_bom = false;
    const std::string text = companion.content();
    const Json document = parse_ordered_json(text, companion.name, &had_bom);
    const auto settings = changed_settings(document, companion.name, change, substitute());
    if (settings.empty()) return companion;
    JsonText json(had_bom ? text.substr(3) : text);  // the mark has three bytes
    for (const ChangedSetting& setting : settings) {
      json.set({setting.key}, setting.value);
      notes.push_back(setting.note);
    }
    return {.name = companion.name, .text = json.text()};
  }

  PlanContext& context_;
  CheckpointStore& checkpoints_;
  const TokenizerSpec& spec_;
  std::vector<ModelVocabulary> models_;
  std::size_t donor_ = 0;
  std::optional<ModelVocabulary> origin_;
  Json origin_config_;
  std::vector<Companion> files_;  // among them those of the tokenizer
  std::string place_;             // its folder
};

// Models whose embedding or head goes into the output.
std::vector<const PlanSource*> outer_sources(const PlanContext& context) {
  std::vector<const PlanSource*> sources;
  for (const PlanSlice* slice : {&context.slices.front(), &context.slices.back()}) {
    for (const PlanSource& source : slice->sources) sources.push_back(&source);
  }
  return sources;
}

void check_one(PlanContext& context, const PlanSource& source) {
  const Checkpoint& donor = *context.donor->checkpoint;
  const Checkpoint& own = *source.model->checkpoint;
  const VocabularyDifference& difference = context.vocabularies->difference(donor, own);
  if (!difference.unknown.empty()) {
    context.notes.add(fmt::format("vocabularies are not compared: {}", difference.unknown));
  }
  if (difference.renamed > 0) {
    context.notes.add(fmt::format("{} ids are another token in {} than in {}: {}", difference.renamed,
                                  own.folder().string(), donor.folder().string(),
                                  difference.renamed_examples));
  }
  if (difference.moved == 0) return;
  const std::string what = fmt::format("{} tokens have another id in '{}' than in {}: {}", difference.moved,
                                       source.name, donor.folder().string(), difference.moved_examples);
  if (context.options.lenient || context.options.cut_rows) return context.notes.add(what);
  throw InputError(source.mark, what,
                   "add tokenizer: {source: base} to the recipe, so that rows meet by token");
}

}  // namespace

void plan_vocabulary(PlanContext& context, CheckpointStore& checkpoints) {
  context.vocabularies = &checkpoints.vocabularies();
  if (context.recipe->tokenizer) {
    context.vocabulary = VocabularyPlanner(context, checkpoints).plan();
    return;
  }
  const std::size_t rows = vocabulary_rows(context.donor->checkpoint->tensors());
  for (const PlanSource* source : outer_sources(context)) {
    // Unequal rows are an error of the tensors, with a place and both numbers.
    if (source->model == context.donor || vocabulary_rows(source->model->checkpoint->tensors()) != rows)
      continue;
    check_one(context, *source);
  }
}

}  // namespace tsugi::merge
