// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a line of samples (eval/results/samples.h, lm-evaluation-harness's --log_samples) says to a reader.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tsugi::evolve {

struct SampleTexts {
  /// The document's `question`, else the end of what was asked, where the question stands.
  std::string question;
  /// The target; of several choices the text of the right one.
  std::string reference;
  /// The generated text, and behind "→" what the filter made of it, if that is something else; of several
  /// choices the most likely one; of one continuation its log-likelihood.
  std::string answer;
};

/// Texts are UTF-8 as html::visible() makes it. What a line lacks stays "". Never throws for a JSON object.
SampleTexts sample_texts(const nlohmann::ordered_json& sample);

/// "TASK/ID" with the document's own `id` if that is text, else its number: what an archive calls an item.
std::string sample_id(const std::string& task, const nlohmann::ordered_json& sample);

}  // namespace tsugi::evolve
