// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The engine beside the speed of its matrix products alone: prefill of 512-token sequences, greedy decoding
// of 64 sequences at 256 tokens of context, choices that share a context beside each request for itself, and
// questions that share their examples.
//
//     bench_engine [--model smollm2|tinyllama|all] [--only CASE] [--threads N] [--runs N] [--f32]
//
// Bounded by arithmetic: each figure's limit is measured right before and after it, and the faster one
// counts.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "eval/model/decoder.h"
#include "eval/model/kernels/onednn_product.h"
#include "merge/parallel.h"
#include "tests/bench/eval/gemm_limit.h"
#include "tests/bench/eval/random_model.h"

namespace tsugi::bench {
namespace {

using eval::TokenId;
using Texts = std::vector<std::vector<TokenId>>;

struct Options {
  std::string model = "all";
  std::size_t threads = 0;
  std::string only;
  int runs = 3;
  bool f32 = false;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Work>
double best_seconds(int runs, const Work& work) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    const double start = now();
    work();
    best = std::min(best, now() - start);
  }
  return best;
}

Texts texts(std::size_t count, std::size_t length, std::size_t vocabulary, std::size_t seed) {
  Texts all(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t t = 0; t < length; ++t)
      all[i].push_back(static_cast<TokenId>(((i + seed) * 7919 + t * 104729) % vocabulary));
  }
  return all;
}

class Bench {
 public:
  Bench(const Options& options, const std::string& name, const eval::ModelShape& shape)
      : options_(options), name_(name), type_(options.f32 ? DType::F32 : DType::BF16) {
    const eval::Compute compute = eval::choose_compute(type_);
    weights_ = random_model(shape, type_, compute);
    decoder_.emplace(std::vector<const eval::ResidentWeights*>{weights_.get()},
                     eval::plain_path(shape.layers));
    fmt::print("{}: {}\n", name, eval::describe_compute(compute, type_));
  }

  void run() {
    const auto wanted = [&](const char* name) { return options_.only.empty() || options_.only == name; };
    if (wanted("prefill")) prefill();
    if (wanted("decode")) decode();
    if (wanted("choices")) choices();
    if (wanted("examples")) examples();
  }

 private:
  const eval::ModelShape& shape() const { return weights_->shape(); }

  // Enough sequences that no thread waits long at the end; one scored token each.
  void prefill() {
    constexpr std::size_t kTokens = 512;
    const std::size_t sequences = 4 * options_.threads;
    const Texts contexts = texts(sequences, kTokens, shape().vocabulary, 0);
    const std::vector<TokenId> next = {1};
    std::vector<eval::LikelihoodRequest> requests;
    for (const auto& context : contexts) requests.push_back({context, next});
    report("prefill 512", static_cast<double>(sequences * kTokens), kTokens, false,
           [&] { decoder_->log_likelihoods(requests, merge::Concurrency::parallel); });
  }

  // 64 prompts of 192 tokens, 128 new ones each. Prompts are read one after the other while those that have
  // been read are answered; what counts is the time from the last answer's first token, when the first
  // answers have some 60, to the first answer's end: 256 tokens of context in the mean.
  void decode() {
    constexpr std::size_t kSequences = 64;
    constexpr std::size_t kNew = 128;
    const Texts prompts = texts(kSequences, 192, shape().vocabulary, 1);
    std::vector<eval::GenerationRequest> requests;
    for (const auto& prompt : prompts) requests.push_back({prompt, kNew});
    const double before = limit(kSequences, true);
    double best = 0;
    for (int run = 0; run < options_.runs; ++run) {
      std::vector<std::vector<double>> times(kSequences);  // a request belongs to one thread
      const auto watch = [&](std::size_t request, std::span<const TokenId>) {
        times[request].push_back(now());
        return false;
      };
      decoder_->generate(requests, watch, merge::Concurrency::parallel);
      double start = 0;
      double end = 1e300;
      for (const auto& request : times) {
        start = std::max(start, request.front());
        end = std::min(end, request.back());
      }
      std::ptrdiff_t tokens = 0;
      for (const auto& request : times) {
        tokens +=
            std::count_if(request.begin(), request.end(), [&](double t) { return t > start && t <= end; });
      }
      best = std::max(best, static_cast<double>(tokens) / (end - start));
    }
    print("decode 64 at 256", best, std::max(before, limit(kSequences, true)));
  }

  // Contexts of five examples, about 400 tokens, and four answers of 5: together, and one request at a time
  // as a scorer that shares nothing computes them (the same batching, contexts that differ in one token).
  void choices() {
    constexpr std::size_t kItems = 16;
    constexpr std::size_t kChoices = 4;
    const Texts contexts = texts(kItems, 400, shape().vocabulary, 2);
    const Texts answers = texts(kItems * kChoices, 5, shape().vocabulary, 3);
    Texts apart;
    for (std::size_t i = 0; i < kItems * kChoices; ++i) {
      apart.push_back(contexts[i / kChoices]);
      apart.back().front() = static_cast<TokenId>(i);
    }
    std::vector<eval::LikelihoodRequest> shared;
    std::vector<eval::LikelihoodRequest> single;
    for (std::size_t i = 0; i < kItems * kChoices; ++i) {
      shared.push_back({contexts[i / kChoices], answers[i]});
      single.push_back({apart[i], answers[i]});
    }
    const auto seconds = [&](const std::vector<eval::LikelihoodRequest>& requests) {
      return best_seconds(options_.runs,
                          [&] { decoder_->log_likelihoods(requests, merge::Concurrency::parallel); });
    };
    const double together = seconds(shared);
    fmt::print("  {:18} {:8.1f} items/s, {:.2f} times each request alone\n", "4 choices", kItems / together,
               seconds(single) / together);
    std::fflush(stdout);
  }

  // 64 questions of 40 tokens behind the same 400 tokens of examples, and behind examples of their own.
  void examples() {
    constexpr std::size_t kQuestions = 64;
    const Texts own = texts(kQuestions, 440, shape().vocabulary, 4);
    Texts same = own;
    for (auto& text : same) std::copy_n(own[0].begin(), 400, text.begin());
    const std::vector<TokenId> next = {1};
    const auto seconds = [&](const Texts& contexts) {
      std::vector<eval::LikelihoodRequest> requests;
      for (const auto& context : contexts) requests.push_back({context, next});
      return best_seconds(options_.runs,
                          [&] { decoder_->log_likelihoods(requests, merge::Concurrency::parallel); });
    };
    const double together = seconds(same);
    fmt::print("  {:18} {:8.1f} items/s, {:.2f} times examples of their own\n", "same examples",
               kQuestions / together, seconds(own) / together);
    std::fflush(stdout);
  }

  double limit(std::size_t rows, bool head) const {
    // Where the processor has no products of bf16, ours are of f32 with weights that are widened: so is the
    // limit.
    const DType multiplied = eval::onednn_has_bf16() ? type_ : DType::F32;
    return gemm_tokens_a_second(shape(), multiplied, rows, head, options_.threads);
  }

  template <class Work>
  void report(const std::string& what, double tokens, std::size_t rows, bool head, const Work& work) const {
    const double before = limit(rows, head);
    const double seconds = best_seconds(options_.runs, work);
    print(what, tokens / seconds, std::max(before, limit(rows, head)));
  }

  static void print(const std::string& what, double speed, double limit) {
    fmt::print("  {:18} {:8.0f} tokens/s, limit {:8.0f}, {:3.0f} %\n", what, speed, limit,
               100 * speed / limit);
    std::fflush(stdout);
  }

  const Options& options_;
  std::string name_;
  DType type_;
  std::unique_ptr<eval::ResidentWeights> weights_;
  std::optional<eval::Decoder> decoder_;
};

}  // namespace
}  // namespace tsugi::bench

int main(int argc, char** argv) {
  tsugi::bench::Options options;
  CLI::App app("The engine's speed beside that of its products");
  app.add_option("--model", options.model, "smollm2, tinyllama or all");
  app.add_option("--only", options.only, "prefill, decode, choices or examples");
  app.add_option("--threads", options.threads, "0: every core");
  app.add_option("--runs", options.runs, "of which the fastest counts");
  app.add_flag("--f32", options.f32, "weights and arithmetic in f32");
  CLI11_PARSE(app, argc, argv);
  tsugi::merge::ThreadPool pool(options.threads);
  options.threads = pool.threads();
  const std::pair<const char*, tsugi::eval::ModelShape> models[] = {
      {"smollm2", tsugi::bench::smollm2_shape()}, {"tinyllama", tsugi::bench::tinyllama_shape()}};
  for (const auto& [name, shape] : models) {
    if (options.model != "all" && options.model != name) continue;
    pool.run([&] { tsugi::bench::Bench(options, name, shape).run(); });
  }
}
