// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A model folder in Hugging Face layout: config.json, one safetensors file or shards with an index,
// companions.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/companions.h"
#include "merge/checkpoint/config.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/tensor.h"
#include "recipes/recipe.h"

namespace tsugi::merge {

/// Immutable after opening; safe to read from any thread.
class Checkpoint {
 public:
  /// Maps the files and checks headers, index and config. Throws InputError with file, tensor and rule.
  static std::shared_ptr<const Checkpoint> open(const std::filesystem::path& folder);

  /// `base` with other tensors, sorted by name, that read from it and from `files`; `keeps` holds what they
  /// view.
  static std::shared_ptr<const Checkpoint> adapted(const std::shared_ptr<const Checkpoint>& base,
                                                   std::vector<TensorView> tensors,
                                                   const std::vector<std::filesystem::path>& files,
                                                   std::vector<std::string> notes,
                                                   std::shared_ptr<const void> keeps);

  /// What a merge came to that is nowhere on disk: `donor`'s folder and companions, another config and other
  /// tensors, sorted by name, made of `files`; `keeps` holds what they view.
  static std::shared_ptr<const Checkpoint> merged(const std::shared_ptr<const Checkpoint>& donor,
                                                  ModelConfig config, std::vector<TensorView> tensors,
                                                  std::vector<std::filesystem::path> files,
                                                  std::shared_ptr<const void> keeps);

  /// Of an adapted checkpoint the base's, of a merged one the donor's.
  const std::filesystem::path& folder() const { return folder_; }
  /// As in the file, but for tie_word_embeddings: that is set to what the tensors say.
  const ModelConfig& config() const { return config_; }
  /// Sorted by name. A head stored beside the equal embedding of a tied model is left out.
  const std::vector<TensorView>& tensors() const { return tensors_; }
  /// Null when there is none of that name.
  const TensorView* find(std::string_view name) const;
  /// Files that go along with the weights (tokenizer, generation_config.json, templates, licences), sorted
  /// by name.
  std::vector<Companion> companions() const;
  /// Every file that was read: config.json, the index where there is one, weights, the adapter's.
  std::vector<std::filesystem::path> files() const;
  /// What is odd about the folder but no error, each a sentence that names the file.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  Checkpoint(std::filesystem::path folder, ModelConfig config);
  std::filesystem::path folder_;
  ModelConfig config_;
  std::string index_;  // path; "" without
  std::vector<MappedFile> files_;
  std::vector<TensorView> tensors_;
  std::vector<std::string> notes_;
  std::vector<std::filesystem::path> adapted_files_;  // all of them, of an adapted or merged checkpoint
  std::shared_ptr<const void> keeps_;                 // what the tensors of such a one read
};

class VocabularyCache;

/// Opens each folder once, however often and under whatever spelling it is asked for. Not thread-safe.
class CheckpointStore {
 public:
  /// MODEL or MODEL+ADAPTER, each a path from the working directory, else beside `recipe_file`, else
  /// "org/name[@revision]" in the Hugging Face cache. A folder whose name is the whole text goes first.
  /// Throws InputError at the reference's mark.
  std::shared_ptr<const Checkpoint> get(const recipes::ModelReference& reference,
                                        const std::string& recipe_file);
  /// "NAME read from FOLDER" for each model that was found elsewhere than in the working directory.
  const std::vector<std::string>& notes() const { return notes_; }
  /// Vocabularies of these checkpoints, kept as long as the store.
  VocabularyCache& vocabularies();

 private:
  friend class LentModels;
  std::optional<std::filesystem::path> find(const std::string& text, const std::string& recipe_file);
  std::shared_ptr<const Checkpoint> open(const std::filesystem::path& folder);

  std::map<std::filesystem::path, std::shared_ptr<const Checkpoint>> open_;
  std::vector<std::string> notes_;
  std::shared_ptr<VocabularyCache> vocabularies_;
  std::map<std::string, std::shared_ptr<const Checkpoint>> lent_;
};

/// As long as it lives, the store has these models under these names, whatever is on disk.
class LentModels {
 public:
  LentModels(CheckpointStore& store, std::map<std::string, std::shared_ptr<const Checkpoint>> models)
      : store_(store) {
    store_.lent_ = std::move(models);
  }
  ~LentModels() { store_.lent_.clear(); }
  LentModels(const LentModels&) = delete;
  LentModels& operator=(const LentModels&) = delete;

 private:
  CheckpointStore& store_;
};

}  // namespace tsugi::merge
