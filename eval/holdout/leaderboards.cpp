// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/leaderboards.h"

#include <algorithm>
#include <array>

namespace tsugi::eval {
namespace {

// The Open LLM Leaderboard's sets and splits are those of its two groups of tasks in lm-evaluation-harness:
// "open_llm_leaderboard" of the first version (lm_eval/tasks/benchmarks/openllm.yaml) and "leaderboard" of
// the second (lm_eval/tasks/leaderboard/README.md). JP-LMEH: the nine tasks of the Japanese leaderboard that
// Stability AI's fork of the harness (branch jp-stable, lm_eval/tasks/ja) runs.
constexpr std::string_view kFirst = "Open LLM Leaderboard 1";
constexpr std::string_view kSecond = "Open LLM Leaderboard 2";
constexpr std::string_view kJapanese = "JP-LMEH";

/// Lower-case words of letters and digits.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const char lower = upper ? static_cast<char>(c - 'A' + 'a') : c;
    const bool word = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (word && !inside) words.emplace_back();
    if (word) words.back().push_back(lower);
    inside = word;
  }
  return words;
}

bool holds(const std::vector<std::string>& words, const std::vector<std::string>& row) {
  return std::search(words.begin(), words.end(), row.begin(), row.end()) != words.end();
}

bool names_set(const std::vector<std::string>& words, std::string_view alternatives) {
  while (!alternatives.empty()) {
    const std::size_t bar = std::min(alternatives.find('|'), alternatives.size());
    if (holds(words, words_of(alternatives.substr(0, bar)))) return true;
    alternatives.remove_prefix(std::min(bar + 1, alternatives.size()));
  }
  return false;
}

/// A file's name, and its folder's where the name is only that of a split.
std::string telling_name(const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 9> kSplits = {"test", "validation", "valid", "val", "dev",
                                                       "eval", "train",      "data",  "main"};
  const std::string stem = file.stem().string();
  if (std::find(kSplits.begin(), kSplits.end(), stem) == kSplits.end()) return stem;
  return file.parent_path().filename().string() + ' ' + stem;
}

std::string text_at(const nlohmann::json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The scored split's name where the task file chooses among several, else "": a single local file is always
/// called "train".
std::string chosen_split(const nlohmann::json& config) {
  const auto options = config.find("dataset_kwargs");
  if (options != config.end() && options->is_object()) {
    const auto files = options->find("data_files");
    if (files != options->end() && !files->is_object()) return "";
  }
  const std::string test = text_at(config, "test_split");
  return test.empty() ? text_at(config, "validation_split") : test;
}

}  // namespace

const std::vector<LeaderboardSet>& leaderboard_sets() {
  static const std::vector<LeaderboardSet> sets = {
      {"GSM8K", "gsm8k|gsm 8k", "test", kFirst},
      {"MMLU-Pro", "mmlu pro", "test", kSecond},
      {"MMLU", "mmlu|hendrycks test|hendryckstest", "test", kFirst},
      {"HellaSwag", "hellaswag", "validation", kFirst},
      {"ARC-Challenge", "arc challenge|arc c", "test", kFirst},
      {"TruthfulQA", "truthfulqa|truthful qa", "validation", kFirst},
      {"WinoGrande", "winogrande", "validation", kFirst},
      {"IFEval", "ifeval", "train", kSecond},
      {"BIG-Bench Hard", "bbh", "test", kSecond},
      {"MATH", "math hard|competition math|hendrycks math|minerva math|leaderboard math|math lvl 5", "test",
       kSecond},
      {"GPQA", "gpqa", "train", kSecond},
      {"MuSR", "musr", "test", kSecond},
      {"JCommonsenseQA", "jcommonsenseqa", "validation", kJapanese},
      {"JNLI", "jnli", "validation", kJapanese},
      {"MARC-ja", "marc ja", "validation", kJapanese},
      {"JSQuAD", "jsquad", "validation", kJapanese},
      {"JAQKET", "jaqket", "validation", kJapanese},
      {"XLSum-ja", "xlsum ja", "test", kJapanese},
      {"XWinograd-ja", "xwinograd ja|xwinograd jp", "test", kJapanese},
      {"MGSM", "mgsm", "test", kJapanese},
      {"JCoLA", "jcola", "validation", kJapanese},
  };
  return sets;
}

const LeaderboardSet* find_leaderboard_set(const Task& task) {
  std::vector<std::vector<std::string>> names = {
      words_of(task.name),
      words_of(text_at(task.config, "dataset_path") + ' ' + text_at(task.config, "dataset_name"))};
  std::string split = chosen_split(task.config);
  for (const std::filesystem::path& file : task.data_files) {
    names.push_back(words_of(telling_name(file)));
    if (split.empty() && holds(names.back(), {"train"})) split = "train";
  }
  for (const LeaderboardSet& set : leaderboard_sets()) {
    const bool named = std::any_of(names.begin(), names.end(),
                                   [&](const auto& words) { return names_set(words, set.words); });
    if (named && (split != "train" || set.split == "train")) return &set;
  }
  return nullptr;
}

}  // namespace tsugi::eval
