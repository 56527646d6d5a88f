// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// adapter_config.json of a LoRA or DoRA adapter, as PEFT writes it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tsugi::merge {

/// What the weights of an adapter mean. Immutable.
class PeftConfig {
 public:
  /// Throws InputError: no LoRA, a value of the wrong kind, or a setting that is more than a sum for each
  /// layer. Keys that this version does not know and that may matter go to `notes`.
  static PeftConfig read(const std::filesystem::path& file, std::vector<std::string>& notes);

  const std::string& file() const { return file_; }
  /// Of a module, "model.layers.0.self_attn.q_proj": rank_pattern's, else r.
  std::size_t rank(const std::string& module) const;
  /// alpha / r, or alpha / sqrt(r) with use_rslora (arXiv 2312.03732).
  double scale(const std::string& module) const;
  bool fan_in_fan_out() const { return fan_in_fan_out_; }
  bool dora() const { return dora_; }
  bool lora_bias() const { return lora_bias_; }
  const std::vector<std::string>& modules_to_save() const { return modules_to_save_; }
  const std::string& base_name() const { return base_name_; }  ///< "" when it names none

 private:
  class Reader;
  struct Pattern;

  std::string file_;
  double rank_ = 8;
  double alpha_ = 8;
  std::vector<std::shared_ptr<const Pattern>> ranks_;
  std::vector<std::shared_ptr<const Pattern>> alphas_;
  bool rslora_ = false;
  bool fan_in_fan_out_ = false;
  bool dora_ = false;
  bool lora_bias_ = false;
  std::vector<std::string> modules_to_save_;
  std::string base_name_;
};

}  // namespace tsugi::merge
