// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// config.json in the spellings of transformers 4 and 5. The document keeps its key order; readers go through
// here so that no other file knows two names of one thing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "recipes/dtype.h"

namespace tsugi::merge {

/// A model's config.json. Keys of the text model of a multimodal configuration (`text_config` and the like)
/// are found when the top level has none of that name.
class ModelConfig {
 public:
  /// Throws InputError: unreadable, not an object, no single entry in `architectures`, a key twice. A byte
  /// order mark is skipped with a line in `notes`.
  static ModelConfig read(const std::filesystem::path& file, std::vector<std::string>* notes = nullptr);
  ModelConfig(nlohmann::ordered_json document, std::string file);

  const nlohmann::ordered_json& document() const { return document_; }
  const std::string& file() const { return file_; }

  std::string architecture() const;    ///< architectures[0]
  std::size_t layers() const;          ///< num_hidden_layers or what families call it; InputError without
  std::optional<DType> dtype() const;  ///< `dtype`, else `torch_dtype`; nothing for null or "auto"
  std::optional<bool> tied()
      const;                      ///< tie_word_embeddings; throws InputError for another value than a boolean
  std::string rope_type() const;  ///< "default", "llama3", …
  double rope_theta()
      const;  ///< rope_parameters.rope_theta, else rope_theta, else rotary_emb_base, else 10000
  std::optional<double> number(const std::string& key) const;
  std::optional<std::string> text(const std::string& key) const;
  /// Null when absent; a JSON null counts as absent.
  const nlohmann::ordered_json* find(const std::string& key) const;
  /// The key is there with a JSON null, and with no other value.
  bool has_null(const std::string& key) const;

  /// Changes for an output: under the key the document already uses (both if it has both), so loaders of its
  /// age read it.
  void set_dtype(DType type);
  void set_layers(std::size_t count);
  void set_tied(bool tied);
  void set(const std::string& key, nlohmann::ordered_json value);
  void erase(const std::string& key);

 private:
  /// The top level, then the text model's part when there is one.
  std::vector<nlohmann::ordered_json*> levels();
  std::vector<const nlohmann::ordered_json*> levels() const;

  nlohmann::ordered_json document_;
  std::string file_;
};

/// What must agree between merged models beyond shapes (specification, section 3.3): RoPE, norms, activation,
/// window. Returns one line "key: a (MODEL) and b (MODEL)" for each difference.
std::vector<std::string> semantic_differences(const ModelConfig& a, const ModelConfig& b);

}  // namespace tsugi::merge
