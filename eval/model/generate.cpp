// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Greedy generation with continuous batching: a step takes one token of every sequence that is being answered
// and as many tokens of waiting prompts as there is room for; an answer that ends makes place for the next
// prompt.
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

using Answers = std::vector<std::vector<TokenId>>;

TokenId argmax(std::span<const float> logits) {
  const float most = kernels::active().maximum(logits.data(), logits.size());
  const auto found = std::find(logits.begin(), logits.end(), most);
  return found == logits.end()
             ? 0
             : static_cast<TokenId>(found - logits.begin());  // nothing is found among NaN alone
}

std::size_t most_new_tokens(const GenerationRequest& request, const ModelShape& shape) {
  return std::min(request.max_new_tokens, shape.max_positions - request.prompt.size());
}

// One team's sequences.
class Generator {
 public:
  Generator(PathRunner& runner, std::span<const GenerationRequest> requests, const ModelShape& shape,
            const StopCheck& stop, const StepCheck& check, Answers& answers)
      : runner_(runner), requests_(requests), shape_(shape), stop_(stop), check_(check), answers_(answers) {
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
      advance();
    }
  }

 private:
  struct Sequence {
    bool active = false;
    std::size_t request = 0;
    std::size_t fed = 0;  // tokens that have gone through the layers
  };

  void admit(Draw& queue) {
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      while (!sequences_[i].active) {
        if (!queue.look()) return;
        const std::size_t next = queue.next();
        const std::size_t most = most_new_tokens(requests_[next], shape_);
        std::optional<std::size_t> known = 0;
        if (most > 0) {
          const std::span<const TokenId> prompt = requests_[next].prompt;
          known = runner_.reserve(i, prompt, prompt.size() + most - 1, prompt.size());  // the last is not fed
          if (!known) return;
        }
        queue.pop();
        if (most == 0) continue;
        answers_[next].reserve(most);  // steps keep views into it
        sequences_[i] = {true, next, *known};
      }
    }
  }

  // Sequences that are being answered first, so that none of them waits for a prompt.
  void collect_runs() {
    runs_.clear();
    std::size_t room = runner_.batching().rows;
    for (const bool answering : {true, false}) {
      for (std::size_t i = 0; i < sequences_.size() && room > 0; ++i) {
        const Sequence& sequence = sequences_[i];
        const std::span<const TokenId> prompt = requests_[sequence.request].prompt;
        if (!sequence.active || (sequence.fed >= prompt.size()) != answering || runner_.waits(i)) continue;
        std::span<const TokenId> waiting = prompt.subspan(std::min(sequence.fed, prompt.size()));
        const bool whole = waiting.size() <= room;
        if (answering) waiting = std::span(answers_[sequence.request]).last(1);
        if (!whole) waiting = waiting.first(room);
        runs_.push_back({i, sequence.fed, waiting, whole ? waiting.size() - 1 : waiting.size(),
                         answering ? 0 : prompt.size()});
        room -= waiting.size();
      }
    }
  }

  void advance() {
    asked_.clear();
    for (const Run& run : runs_) {
      if (run.logits_from < run.tokens.size()) asked_.push_back(sequences_[run.sequence].request);
    }
    chosen_.resize(asked_.size());
    runner_.each_logits([&](std::size_t row, std::span<const float> logits) {
      chosen_[row] = next_token(requests_[asked_[row]], answers_[asked_[row]], logits);
    });
    std::size_t row = 0;
    for (const Run& run : runs_) {
      Sequence& sequence = sequences_[run.sequence];
      sequence.fed += run.tokens.size();
      if (run.logits_from == run.tokens.size()) continue;  // part of a prompt
      std::vector<TokenId>& answer = answers_[sequence.request];
      answer.push_back(chosen_[row++]);
      const bool full = answer.size() >= most_new_tokens(requests_[sequence.request], shape_);
      const bool stopped = stop_ && stop_(sequence.request, answer);
      sequence.active = !full && !stopped;
      if (!sequence.active) runner_.release(run.sequence);
    }
  }

  static TokenId next_token(const GenerationRequest& request, std::span<const TokenId> answer,
                            std::span<const float> logits) {
    if (request.repetition_penalty == 1) return argmax(logits);
    thread_local std::vector<float> penalised;
    penalised.assign(logits.begin(), logits.end());
    for (const std::span<const TokenId> tokens : {request.prompt, answer}) {
      for (const TokenId token : tokens) {  // from what the logits were: a token counts once
        const float logit = logits[static_cast<std::size_t>(token)];
        penalised[static_cast<std::size_t>(token)] =
            logit < 0 ? logit * request.repetition_penalty : logit / request.repetition_penalty;
      }
    }
    return argmax(penalised);
  }

  PathRunner& runner_;
  std::span<const GenerationRequest> requests_;
  const ModelShape& shape_;
  const StopCheck& stop_;
  const StepCheck& check_;
  Answers& answers_;
  std::vector<Sequence> sequences_;
  std::vector<Run> runs_;
  std::vector<std::size_t> asked_;  // requests whose next tokens a step's logits are of, row by row
  std::vector<TokenId> chosen_;
};

// Positions of the longest request, each checked.
std::size_t check_requests(std::span<const GenerationRequest> requests, const ModelShape& shape) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::size_t size = requests[i].prompt.size();
    check_tokens(requests[i].prompt, shape, fmt::format("prompt {}", i));
    if (size > shape.max_positions) {
      throw InputError(fmt::format("prompt {}", i),
                       fmt::format("{} tokens, the model has {} positions", size, shape.max_positions),
                       "cut it from the left");
    }
    longest = std::max(longest, size + most_new_tokens(requests[i], shape));
  }
  return longest;
}

}  // namespace

std::vector<std::vector<TokenId>> Decoder::generate(std::span<const GenerationRequest> requests,
                                                    const StopCheck& stop,
                                                    merge::Concurrency concurrency) const {
  const ModelShape& shape = models_.front()->shape();
  const std::size_t longest = check_requests(requests, shape);
  const std::vector<RopeTable> ropes = rope_tables(shape.ropes, longest);
  const DType element = kv_element(models_.front()->compute());
  Answers answers(requests.size());
  const auto work = [&](WorkQueue& queue, std::size_t share, Team& team) {
    const Workspaces::Lease workspace = workspaces_->take();
    const Batching batching = plan_batching(shape, path_.size(), element, longest, share);
    PathRunner runner(models_, path_, ropes, batching, team, *workspace);
    Generator(runner, requests, shape, stop, check_, answers).work(Draw(queue));
  };
  const std::size_t threads = concurrency == merge::Concurrency::parallel ? merge::pool_threads() : 1;
  Team team(decoding_team(shape, element, requests.size(), threads));
  if (team.members() > 1) {
    WorkQueue queue(requests.size());
    team.lead([&] { work(queue, requests.size(), team); });
  } else {
    drain(requests.size(), concurrency,
          [&](WorkQueue& queue, std::size_t share) { work(queue, share, team); });
  }
  return answers;
}

}  // namespace tsugi::eval
