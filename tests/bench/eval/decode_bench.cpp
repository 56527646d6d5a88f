// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Time a token of greedy generation on one core with a bundled model, beside the time that its products alone
// would take at the peak of register-only multiply-adds.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "eval/model/decoder.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/load.h"
#include "tests/bench/eval/fma_peak.h"

namespace tsugi::bench {
namespace {

// Multiply-adds of one token outside attention, twice.
double flops_of_token(const eval::ModelShape& shape) {
  const std::size_t layer = (shape.q_size() + 2 * shape.kv_size()) * shape.hidden +
                            shape.hidden * shape.q_size() + 3 * shape.ffn * shape.hidden;
  return 2.0 * static_cast<double>(shape.layers * layer + shape.vocabulary * shape.hidden);
}

void measure(const merge::MergePlan& plan, DType storage) {
  const auto weights = eval::load_weights(plan, {storage, eval::Compute::f32}, {merge::Concurrency::serial});
  const eval::ModelShape& shape = weights->shape();
  const eval::Decoder decoder({weights.get()}, eval::plain_path(shape.layers));
  constexpr std::size_t kRequests = 600;
  constexpr std::size_t kPrompt = 22;  // as long as the bundled word problems and their answers
  constexpr std::size_t kAnswer = 26;
  std::vector<std::vector<eval::TokenId>> prompts;
  std::vector<eval::GenerationRequest> requests;
  for (std::size_t i = 0; i < kRequests; ++i) {
    prompts.emplace_back();
    for (std::size_t t = 0; t < kPrompt; ++t)
      prompts.back().push_back(static_cast<eval::TokenId>((i * 37 + t * 11) % 768));
  }
  for (const auto& prompt : prompts) requests.push_back({prompt, kAnswer});
  const double peak = fma_peak();
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    const double start = seconds();
    decoder.generate(requests, {}, merge::Concurrency::serial);
    best = std::min(best, (seconds() - start) / static_cast<double>(kRequests * (kPrompt + kAnswer)));
  }
  fmt::print("{}: {:.1f} us a token; its products at the peak of {:.1f} GF/s: {:.1f} us\n",
             eval::describe_compute(eval::Compute::f32, storage), best * 1e6, peak * 1e-9,
             flops_of_token(shape) / peak * 1e6);
}

}  // namespace
}  // namespace tsugi::bench

int main() {
  const auto checkpoint = tsugi::merge::Checkpoint::open(TSUGI_ROOT "/recipes/pocket/base");
  const tsugi::merge::MergePlan plan = tsugi::merge::plan_copy(checkpoint);
  for (const tsugi::DType storage : {tsugi::DType::F32, tsugi::DType::BF16})
    tsugi::bench::measure(plan, storage);
}
