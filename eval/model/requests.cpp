// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/requests.h"

#include <fmt/format.h>

#include "eval/model/batching.h"
#include "recipes/error.h"

namespace tsugi::eval {

void check_tokens(std::span<const TokenId> tokens, const ModelShape& shape, const std::string& where) {
  if (tokens.empty()) throw InputError(where, "no tokens, expected at least one", "begin the text with BOS");
  for (const TokenId token : tokens) {
    if (token < 0 || static_cast<std::size_t>(token) >= shape.vocabulary) {
      throw InputError(where,
                       fmt::format("token {} is outside the vocabulary of {}", token, shape.vocabulary),
                       "use the tokenizer that came with the model");
    }
  }
}

void drain(std::size_t count, merge::Concurrency concurrency,
           const std::function<void(WorkQueue& queue, std::size_t share)>& work) {
  WorkQueue queue(count);
  const bool serial = concurrency == merge::Concurrency::serial;
  const std::size_t share = serial ? count : share_of_thread(count, merge::pool_threads());
  const std::size_t shares = count == 0 ? 0 : (count + share - 1) / share;
  merge::for_each(concurrency, shares, [&](std::size_t) {
    if (!queue.empty()) work(queue, share);
  });
}

}  // namespace tsugi::eval
