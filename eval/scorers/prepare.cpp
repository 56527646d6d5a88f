// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Prompts to token ids: lm_eval/models/huggingface.py (tok_encode, tok_batch_encode) and lm_eval/api/model.py
// (_encode_pair, loglikelihood) of version 0.4.13.
#include <fmt/format.h>

#include <algorithm>

#include "eval/scorers/native.h"
#include "eval/scorers/pair_encoder.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Ids = std::vector<TokenId>;
using Which = std::span<const std::size_t>;

std::size_t resolve_max_length(const ModelLimits& limits, const Tokenizer& tokenizer) {
  constexpr std::size_t kHarnessDefault = 2048;
  if (limits.max_length != 0) return limits.max_length;
  return tokenizer.model_max_length() == SIZE_MAX ? kHarnessDefault : tokenizer.model_max_length();
}

[[noreturn]] void refuse(const PreparedTask& task, std::size_t item, std::string_view what,
                         std::string_view cure) {
  throw InputError(fmt::format("{}: document {}", task.task.name, task.items[item].doc_id), what, cure);
}

void set_stops(PreparedTask& prepared, const Tokenizer& tokenizer, const ModelLimits& limits) {
  prepared.stop_ids = limits.stop_ids;
  if (const auto eos = tokenizer.eos()) prepared.stop_ids.push_back(*eos);
  std::sort(prepared.stop_ids.begin(), prepared.stop_ids.end());
  prepared.stop_ids.erase(std::unique(prepared.stop_ids.begin(), prepared.stop_ids.end()),
                          prepared.stop_ids.end());

  prepared.stop_texts = prepared.task.until;
  const std::string eos = text_of(tokenizer, tokenizer.eos());
  const bool known =
      std::find(prepared.stop_texts.begin(), prepared.stop_texts.end(), eos) != prepared.stop_texts.end();
  if (!eos.empty() && !known) prepared.stop_texts.push_back(eos);
  constexpr std::size_t kSlack =
      2;  // the harness's: a model may spell a stop text in other tokens than the tokenizer
  for (const std::string& stop : prepared.stop_texts) {
    prepared.stop_window =
        std::max(prepared.stop_window, tokenizer.encode(stop, Specials::omit).size() + kSlack);
  }
}

void encode_prompts(PreparedTask& prepared, Which which, const Tokenizer& tokenizer, std::size_t max_length) {
  if (prepared.task.max_gen_toks >= max_length) {
    const auto mark = prepared.task.marks.find("generation_kwargs");
    throw InputError(
        mark == prepared.task.marks.end() ? prepared.task.file : mark->second.text(),
        fmt::format("max_gen_toks is {}, the model has {} positions", prepared.task.max_gen_toks, max_length),
        "leave room for the prompt");
  }
  const std::size_t room = max_length - prepared.task.max_gen_toks;
  const std::string bos = text_of(tokenizer, tokenizer.bos());
  prepared.prompts.resize(prepared.items.size());
  merge::parallel_for(which.size(), [&](std::size_t k) {
    const std::size_t i = which[k];
    Ids ids = encode(tokenizer, prepared.items[i].prompt, bos);
    if (ids.empty()) refuse(prepared, i, "the prompt has no tokens", "give doc_to_text some text");
    if (ids.size() > room) ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(room));
    prepared.prompts[i] = std::move(ids);
  });
}

void encode_continuations(PreparedTask& prepared, Which which, const Tokenizer& tokenizer,
                          std::size_t max_length) {
  prepared.contexts.resize(prepared.items.size());
  prepared.continuations.resize(prepared.items.size());
  const bool rolling = prepared.task.output_type == OutputType::loglikelihood_rolling;
  merge::parallel_for(which.size(), [&](std::size_t k) {
    const std::size_t i = which[k];
    PairEncoder encoder(tokenizer);
    const std::vector<ContinuationText>& requests = prepared.items[i].requests;
    std::vector<TokenPair> pairs = rolling ? encoder.encode_windows(requests.front().continuation, max_length)
                                           : encoder.encode_all(requests);
    for (TokenPair& pair : pairs) {
      if (pair.context.empty())
        refuse(prepared, i, "the context has no tokens", "give doc_to_text some text");
      if (pair.continuation.empty())
        refuse(prepared, i, "a choice has no tokens", "give every choice some text");
      if (pair.continuation.size() > max_length) {
        refuse(prepared, i,
               fmt::format("a choice has {} tokens, the model {} positions", pair.continuation.size(),
                           max_length),
               "shorten it");
      }
      prepared.contexts[i].push_back(std::move(pair.context));
      prepared.continuations[i].push_back(std::move(pair.continuation));
    }
  });
}

}  // namespace

PreparedTask prepare(Task task, std::vector<Item> items, const Tokenizer& tokenizer,
                     const ModelLimits& limits) {
  PreparedTask prepared;
  prepared.task = std::move(task);
  prepared.items = std::move(items);
  prepared.max_length = resolve_max_length(limits, tokenizer);
  std::vector<std::size_t> which;
  const bool generates = prepared.task.output_type == OutputType::generate_until;
  for (std::size_t i = 0; i < prepared.items.size(); ++i) {
    if (generates || prepared.items[i].answered) which.push_back(i);
  }
  if (generates) {
    if (!limits.refusal.what.empty())
      throw InputError(limits.refusal.file, limits.refusal.what, limits.refusal.cure);
    prepared.repetition_penalty = limits.repetition_penalty;
    set_stops(prepared, tokenizer, limits);
    encode_prompts(prepared, which, tokenizer, prepared.max_length);
  } else {
    encode_continuations(prepared, which, tokenizer, prepared.max_length);
  }
  return prepared;
}

void answer_items(PreparedTask& prepared, Which which, const Tokenizer& tokenizer,
                  const ModelLimits& limits) {
  add_answers(prepared.task, prepared.items, which);
  if (prepared.task.output_type == OutputType::generate_until) return;
  encode_continuations(prepared, which, tokenizer, resolve_max_length(limits, tokenizer));
}

}  // namespace tsugi::eval
