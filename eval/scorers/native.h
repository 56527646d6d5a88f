// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Scores a model on tasks inside this process. What does not change between candidates (documents, prompts,
// token ids) is built once.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eval/metrics/metric.h"
#include "eval/model/decoder.h"
#include "eval/model/model_files.h"
#include "eval/tasks/task.h"
#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval {

/// What a checkpoint says about its use, beyond its weights.
struct ModelLimits {
  std::size_t max_length = 0;  ///< positions; 0: not known, then the tokenizer's model_max_length, then 2048
  std::vector<TokenId> stop_ids;  ///< tokens that end an answer, beside the tokenizer's EOS
  float repetition_penalty = 1;   ///< of generated answers
  /// What generation_config.json asks for that changes greedy answers and tsugi does not do; "" for nothing.
  /// A task with generated answers is then refused.
  struct Refusal {
    std::string file;
    std::string what;
    std::string cure;
  } refusal = {};
};

/// Reads config.json (max_position_embeddings and its other names) and generation_config.json (eos_token_id;
/// without the file, config.json's; repetition_penalty, suppressed tokens, beams, …). Throws InputError for
/// values of the wrong kind.
ModelLimits read_model_limits(const ModelFiles& files);

/// A task with token ids for one tokenizer.
struct PreparedTask {
  Task task;
  std::vector<Item> items;
  std::vector<std::vector<TokenId>> prompts;                     ///< [item], generate_until
  std::vector<std::vector<std::vector<TokenId>>> contexts;       ///< [item][request], of the other types
  std::vector<std::vector<std::vector<TokenId>>> continuations;  ///< [item][request]
  std::size_t max_length = 0;                                    ///< positions that prompts were cut to
  std::vector<TokenId> stop_ids;                                 ///< generate_until: each ends an answer
  std::vector<std::string> stop_texts;                           ///< until, then the text of EOS
  float repetition_penalty = 1;
  std::size_t stop_window = 0;  ///< tokens at an answer's end that are searched for a stop text
};

/// Encodes as lm-evaluation-harness's Hugging Face backend does: whitespace at the end of a context moves to
/// the continuation; the continuation is what is left of the whole after the context's own length; prompts
/// keep the last max_length - max_gen_toks tokens. Uses all cores of the pool. Throws InputError for an item
/// without tokens, and for generated answers of a model whose settings of them are not run.
/// Items without their answers get prompts only.
PreparedTask prepare(Task task, std::vector<Item> items, const Tokenizer& tokenizer,
                     const ModelLimits& limits = {});

/// Reads the answers of the items `which` that were prepared without, and what their requests need of them;
/// then they can be scored. Throws what add_answers and prepare throw.
void answer_items(PreparedTask& prepared, std::span<const std::size_t> which, const Tokenizer& tokenizer,
                  const ModelLimits& limits = {});

/// Positions of the longest request with the longest answer it may have: what a KV cache must hold.
std::size_t longest_request(const PreparedTask& task);

/// One column of results.
struct MetricColumn {
  std::string metric;                           ///< "exact_match"
  std::string filter;                           ///< "last-number" or "none"
  std::vector<double> values;                   ///< in the order of the asked items
  std::vector<std::vector<double>> parts = {};  ///< what the metric's aggregation needs beside them, or empty

  std::string name() const { return metric + "," + filter; }
};

struct TaskScores {
  std::vector<MetricColumn> columns;
  std::vector<Answer> answers;  ///< with `filtered` of the last pipeline; in the order of the asked items
  std::vector<std::vector<std::string>> filtered;  ///< [pipeline of the task][asked item], generate_until
  std::size_t prompt_tokens = 0;
  std::size_t generated_tokens = 0;
};

/// Scores the items `which` (positions in task.items). The values depend on the model and the item alone.
/// `progress` is called with the number of further items done, from any thread, one at a time.
TaskScores score(const Decoder& decoder, const Tokenizer& tokenizer, const PreparedTask& task,
                 std::span<const std::size_t> which, merge::Concurrency concurrency,
                 const std::function<void(std::size_t)>& progress = {});

}  // namespace tsugi::eval
