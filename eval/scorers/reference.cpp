// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/reference.h"

#include <algorithm>

namespace tsugi::eval {
namespace {

std::vector<TokenPair> asked(const PreparedTask& task, std::size_t item, std::size_t first,
                             std::size_t count) {
  std::vector<TokenPair> pairs;
  for (std::size_t r = first; r < first + count; ++r)
    pairs.push_back({task.contexts[item][r], task.continuations[item][r]});
  return pairs;
}

std::vector<TokenPair> reference_of(const PreparedTask& task, std::size_t i, bool chat,
                                    const Tokenizer& tokenizer) {
  const Item& item = task.items[i];
  switch (task.task.output_type) {
    case OutputType::multiple_choice:
      if (item.gold < 0) return {};
      return asked(task, i, static_cast<std::size_t>(item.gold), 1);
    case OutputType::loglikelihood:
      return asked(task, i, 0, 1);
    case OutputType::loglikelihood_rolling:
      return asked(task, i, 0, task.contexts[i].size());
    case OutputType::generate_until:
      break;
  }
  const std::string& answer = item.worked.empty() ? item.target : item.worked;
  const ContinuationText text = {item.prompt, (chat ? "" : task.task.target_delimiter) + answer};
  return PairEncoder(tokenizer).encode_all({&text, 1});
}

}  // namespace

References encode_references(const PreparedTask& task, std::span<const std::size_t> which, bool chat,
                             const Tokenizer& tokenizer, const ModelLimits& limits) {
  References references;
  references.requests.resize(task.items.size());
  merge::parallel_for(which.size(), [&](std::size_t k) {
    const std::size_t i = which[k];
    std::vector<TokenPair> pairs = reference_of(task, i, chat, tokenizer);
    const bool usable = std::all_of(pairs.begin(), pairs.end(), [&](const TokenPair& pair) {
      const std::size_t size = pair.continuation.size();
      return size > 0 && (limits.max_length == 0 || size <= limits.max_length);
    });
    if (!usable) pairs.clear();
    references.requests[i] = std::move(pairs);
  });
  return references;
}

std::vector<double> score_references(const Decoder& decoder, const References& references,
                                     std::span<const std::size_t> which, merge::Concurrency concurrency) {
  std::vector<LikelihoodRequest> requests;
  for (const std::size_t item : which) {
    for (const TokenPair& pair : references.requests[item])
      requests.push_back({pair.context, pair.continuation});
  }
  const std::vector<Likelihood> likelihoods = decoder.log_likelihoods(requests, concurrency);
  std::vector<double> means;
  std::size_t next = 0;
  for (const std::size_t item : which) {
    double sum = 0;
    std::size_t tokens = 0;
    for (const TokenPair& pair : references.requests[item]) {
      sum += likelihoods[next++].sum;
      tokens += pair.continuation.size();
    }
    means.push_back(tokens == 0 ? 0 : sum / static_cast<double>(tokens));
  }
  return means;
}

}  // namespace tsugi::eval
