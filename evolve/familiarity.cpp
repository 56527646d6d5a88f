// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/familiarity.h"

#include <algorithm>

namespace tsugi::evolve {
namespace {

using Ids = std::vector<eval::TokenId>;

/// The questions of a side as tokens, the first of which (BOS where the model has one) is only read.
/// Questions of one token have nothing to foretell and are left out.
std::vector<Ids> questions_of(const Workbench& bench, eval::Side side, std::size_t positions) {
  std::vector<Ids> questions;
  for (const std::size_t item : items_of(bench.exam, side)) {
    Ids ids = bench.tokenizer->encode(bench.exam.items[item].content.question, eval::Specials::add);
    if (ids.size() > positions) ids.resize(positions);
    if (ids.size() > 1) questions.push_back(std::move(ids));
  }
  return questions;
}

std::vector<double> min_k_of(const eval::Decoder& decoder, const std::vector<Ids>& questions) {
  std::vector<eval::LikelihoodRequest> requests;
  for (const Ids& ids : questions)
    requests.push_back({std::span(ids).first(1), std::span(ids).subspan(1), true});
  std::vector<double> values;
  for (const eval::Likelihood& one : decoder.log_likelihoods(requests, merge::Concurrency::parallel))
    values.push_back(eval::min_k(one.each));
  return values;
}

}  // namespace

std::vector<eval::FamiliarityNote> check_familiarity(const Workbench& bench, Evaluator& evaluator,
                                                     const std::function<bool()>& stop) {
  std::vector<eval::Familiarity> models;
  const auto ask = [&](const Parent& parent) {
    evaluator.with_decoder(
        {.checkpoint = parent.checkpoint, .recipe = {}}, stop, [&](const eval::Decoder& decoder) {
          const std::size_t positions = decoder.positions();
          const auto on = [&](eval::Side side) {
            return min_k_of(decoder, questions_of(bench, side, positions));
          };
          models.push_back(
              {.model = parent.name, .test = on(eval::Side::test), .searched = on(eval::Side::search)});
        });
  };
  try {
    for (const Parent& parent : bench.parents) ask(parent);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {  // a note that cannot be had ends no run
    return {};
  }
  const bool enough = std::all_of(models.begin(), models.end(), [](const eval::Familiarity& model) {
    return !model.test.empty() && !model.searched.empty();
  });
  return enough ? eval::compare_familiarity(models) : std::vector<eval::FamiliarityNote>();
}

}  // namespace tsugi::evolve
