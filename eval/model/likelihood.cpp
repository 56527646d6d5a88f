// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Log-likelihoods. Consecutive requests with one context, the choices of an item, form a group: the context
// goes through the layers once, and each further continuation is written over the one before it in the KV
// cache.
#include <fmt/format.h>

#include <algorithm>

#include "eval/model/batching.h"
#include "eval/model/decoder.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/path_runner.h"
#include "eval/model/requests.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Requests = std::span<const LikelihoodRequest>;
using Tokens = std::span<const TokenId>;

struct Group {
  std::size_t first = 0;  // requests [first, first + count)
  std::size_t count = 0;
  Tokens context;         // as it is fed
  std::size_t reach = 0;  // positions of the first request, which the others share where RoPE depends on it
  std::size_t positions = 0;  // of the longest
};

// lm-evaluation-harness keeps the last positions + 1 tokens of context + continuation, since the last token
// is scored but never fed (specification, section 3.2). At least one token of context is left.
Tokens fed_context(const LikelihoodRequest& request, const ModelShape& shape) {
  const std::size_t room = shape.max_positions + 1 - request.continuation.size();
  return request.context.last(std::min(room, request.context.size()));
}

// Two sequences of these lengths have the same keys where they have the same tokens.
bool turn_alike(const ModelShape& shape, std::size_t a, std::size_t b) {
  return std::all_of(shape.ropes.begin(), shape.ropes.end(),
                     [&](const Rope& rope) { return rope.is_far(a) == rope.is_far(b); });
}

std::vector<Group> group_requests(Requests requests, const ModelShape& shape) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Tokens context = fed_context(requests[i], shape);
    const std::size_t reach = context.size() + requests[i].continuation.size() - 1;
    if (!groups.empty() && std::ranges::equal(groups.back().context, context) &&
        turn_alike(shape, groups.back().reach, reach)) {
      ++groups.back().count;
      groups.back().positions = std::max(groups.back().positions, reach);
    } else {
      groups.push_back({i, 1, context, reach, reach});
    }
  }
  return groups;
}

std::size_t check_requests(Requests requests, const ModelShape& shape) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string where = fmt::format("request {}", i);
    check_tokens(requests[i].context, shape, where);
    check_tokens(requests[i].continuation, shape, where);
    if (requests[i].continuation.size() > shape.max_positions) {
      throw InputError(where,
                       fmt::format("a continuation of {} tokens, the model has {} positions",
                                   requests[i].continuation.size(), shape.max_positions),
                       "shorten the answer");
    }
    longest = std::max(longest, fed_context(requests[i], shape).size() + requests[i].continuation.size() - 1);
  }
  return longest;
}

// One thread's groups.
class Scorer {
 public:
  Scorer(PathRunner& runner, Requests requests, std::span<const Group> groups, const StepCheck& check,
         std::vector<Likelihood>& results)
      : runner_(runner), requests_(requests), groups_(groups), check_(check), results_(results) {
    sequences_.resize(runner.batching().room.sequences);
    runs_.reserve(sequences_.size());
  }

  void work(Draw queue) {
    for (;;) {
      admit(queue);
      collect_runs();
      if (runs_.empty()) return;
      if (check_) check_();
      runner_.step(runs_);
      read_logits();
    }
  }

 private:
  struct Sequence {
    const Group* group = nullptr;  // null: free
    std::size_t request = 0;       // whose continuation is being fed; the group's first while the context is
    std::size_t fed = 0;           // positions that have gone through the layers and still hold
  };

  // What a row of logits predicts.
  struct Wanted {
    const Sequence* sequence;
    std::size_t place;  // in the continuation
  };

  void admit(Draw& queue) {
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      if (sequences_[i].group != nullptr) continue;
      if (!queue.look()) return;
      const Group& group = groups_[queue.next()];
      const auto known = runner_.reserve(i, group.context, group.positions, group.reach);
      if (!known) return;  // until another sequence has ended
      queue.pop();
      sequences_[i] = {&group, group.first, *known};
    }
  }

  // What is still to be fed of a sequence, up to the next border between context and continuation.
  Tokens waiting(const Sequence& sequence) const {
    const std::size_t context = sequence.group->context.size();
    if (sequence.fed < context) return sequence.group->context.subspan(sequence.fed);
    const Tokens continuation = requests_[sequence.request].continuation;
    return continuation.first(continuation.size() - 1).subspan(sequence.fed - context);
  }

  void collect_runs() {
    runs_.clear();
    std::size_t room = runner_.batching().rows;
    for (std::size_t i = 0; i < sequences_.size() && room > 0; ++i) {
      const Sequence& sequence = sequences_[i];
      if (sequence.group == nullptr || runner_.waits(i)) continue;
      const Tokens all = waiting(sequence);
      const Tokens part = all.first(std::min(room, all.size()));
      const std::size_t context = sequence.group->context.size();
      // The first token that predicts something is the context's last.
      const std::size_t skipped = context - 1 - std::min(sequence.fed, context - 1);
      runs_.push_back({i, sequence.fed, part, std::min(skipped, part.size()), sequence.group->reach});
      room -= part.size();
    }
  }

  void read_logits() {
    wanted_.clear();
    for (const Run& run : runs_) {
      const Sequence& sequence = sequences_[run.sequence];
      const std::size_t context = sequence.group->context.size();
      for (std::size_t i = run.logits_from; i < run.tokens.size(); ++i)
        wanted_.push_back({&sequence, run.first_position + i + 1 - context});
    }
    runner_.each_logits([&](std::size_t row, std::span<const float> logits) {
      const auto [sequence, place] = wanted_[row];
      if (place > 0) return add(sequence->request, place, logits);
      const Group& group = *sequence->group;
      for (std::size_t r = 0; r < group.count; ++r) add(group.first + r, 0, logits);
    });
    for (const Run& run : runs_) {
      sequences_[run.sequence].fed += run.tokens.size();
      move_on(run.sequence);
    }
  }

  // Past finished continuations to the next that has something to feed.
  void move_on(std::size_t number) {
    Sequence& sequence = sequences_[number];
    const std::size_t context = sequence.group->context.size();
    while (sequence.fed >= context && waiting(sequence).empty()) {
      sequence.fed = context;
      if (++sequence.request == sequence.group->first + sequence.group->count) {
        sequence.group = nullptr;
        runner_.release(number);
        return;
      }
    }
  }

  void add(std::size_t request, std::size_t place, std::span<const float> logits) {
    const kernels::Kernels& kernel = kernels::active();
    const auto token = static_cast<std::size_t>(requests_[request].continuation[place]);
    const double all = kernel.log_sum_exp(logits.data(), logits.size());
    const auto value = static_cast<double>(static_cast<float>(static_cast<double>(logits[token]) - all));
    results_[request].sum += value;
    if (requests_[request].each) results_[request].each[place] = value;
    // Greedy when nothing is larger and nothing equal comes before.
    const float most = kernel.maximum(logits.data(), logits.size());
    const auto first = std::find(logits.begin(), logits.end(), most);
    if (first - logits.begin() != static_cast<std::ptrdiff_t>(token)) results_[request].greedy = false;
  }

  PathRunner& runner_;
  Requests requests_;
  std::span<const Group> groups_;
  const StepCheck& check_;
  std::vector<Likelihood>& results_;
  std::vector<Sequence> sequences_;
  std::vector<Run> runs_;
  std::vector<Wanted> wanted_;
};

}  // namespace

std::vector<Likelihood> Decoder::log_likelihoods(std::span<const LikelihoodRequest> requests,
                                                 merge::Concurrency concurrency) const {
  const ModelShape& shape = models_.front()->shape();
  const std::size_t longest = check_requests(requests, shape);
  const std::vector<Group> groups = group_requests(requests, shape);
  const std::vector<RopeTable> ropes = rope_tables(shape.ropes, longest);
  const DType element = kv_element(models_.front()->compute());
  std::vector<Likelihood> results(requests.size(), {.sum = 0, .greedy = true});
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].each) results[i].each.resize(requests[i].continuation.size());
  }
  drain(groups.size(), concurrency, [&](WorkQueue& queue, std::size_t share) {
    const Workspaces::Lease workspace = workspaces_->take();
    Team alone(1);
    PathRunner runner(models_, path_, ropes, plan_batching(shape, path_.size(), element, longest, share),
                      alone, *workspace);
    Scorer(runner, requests, groups, check_, results).work(Draw(queue));
  });
  return results;
}

}  // namespace tsugi::eval
