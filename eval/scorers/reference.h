// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How likely a model finds the reference answers: a smooth score that one teacher-forced pass gives, without
// generating anything.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "eval/scorers/native.h"
#include "eval/scorers/pair_encoder.h"

namespace tsugi::eval {

/// Requests whose log-likelihoods add up to an item's; empty for items without a usable reference: no right
/// choice, no tokens, more tokens than the model has positions, or not asked for.
struct References {
  std::vector<std::vector<TokenPair>> requests;  ///< [item]
};

/// Of a task with generated answers: the worked answer where the task has one, else the target, behind the
/// prompt as examples have it (a delimiter, none in a chat). Of choices the right one; of the other types
/// what they ask. `which` must have their answers.
References encode_references(const PreparedTask& task, std::span<const std::size_t> which, bool chat,
                             const Tokenizer& tokenizer, const ModelLimits& limits);

/// Mean log-likelihood of a token of each item's reference, in nats; 0 without one.
std::vector<double> score_references(const Decoder& decoder, const References& references,
                                     std::span<const std::size_t> which, merge::Concurrency concurrency);

}  // namespace tsugi::eval
