// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/path_runner.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"

namespace tsugi::eval {
namespace {

// Columns of hidden, normed, branch, qkv, attended, logits.
std::array<std::size_t, 6> widths(const ModelShape& shape) {
  return {shape.hidden, shape.hidden, shape.hidden, shape.qkv_size(), shape.q_size(), shape.vocabulary};
}

// Rows of logits at once: with a large vocabulary they are most of a thread's memory, and few of a step's are
// wanted.
constexpr std::size_t kLogitRows = 128;

// Rows of the parts.
std::array<std::size_t, 6> heights(std::size_t rows) {
  return {rows, rows, rows, rows, rows, std::min(rows, kLogitRows)};
}

std::size_t activation_elements(const ModelShape& shape, std::size_t rows) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < widths(shape).size(); ++i)
    total += heights(rows)[i] * activation_stride(widths(shape)[i]);
  return total;
}

void add_bias(Team& team, const std::vector<float>& bias, const Activations& rows) {
  if (bias.empty()) return;
  team.each_row(rows.rows, bias.size(),
                [&](std::size_t r) { kernels::active().add(bias.data(), bias.size(), 1, rows.row(r)); });
}

// x, or a part of it, normed into `out`.
void apply(const NormWeights& norm, const ModelShape& shape, const float* x, float* out) {
  const kernels::Kernels& kernel = kernels::active();
  const std::size_t n = norm.gain.size();
  if (shape.norm == Norm::rms) {
    kernel.rms_norm(x, norm.gain.data(), n, shape.norm_eps, out);
  } else {
    kernel.layer_norm(x, norm.gain.data(), norm.bias.empty() ? nullptr : norm.bias.data(), n, shape.norm_eps,
                      out);
  }
}

// Each stretch of the norm's size of `count` elements: each head, or all of them.
void apply_in_place(const NormWeights& norm, const ModelShape& shape, float* x, std::size_t count) {
  if (!norm.present()) return;
  for (std::size_t at = 0; at < count; at += norm.gain.size()) apply(norm, shape, x + at, x + at);
}

}  // namespace

PathRunner::PathRunner(std::span<const ResidentWeights* const> models, const Path& path,
                       std::span<const RopeTable> ropes, const Batching& batching, Team& team,
                       Workspace& workspace)
    : models_(models),
      path_(path),
      ropes_(ropes),
      shape_(models.front()->shape()),
      batching_(batching),
      team_(team),
      element_(kv_element(models.front()->compute())),
      cache_(shape_, path.size(), element_, batching.room, workspace.kv),
      attention_scratch_(
          room_for(team.members() * kernels::attention_scratch(shape_.head, batching.room.longest),
                   workspace.attention)),
      feed_forward_(shape_, batching.rows, team, workspace.feed_forward),
      scratch_(workspace.products) {
  Activations normed;
  Activations attended;
  const std::array<Activations*, 6> parts = {&hidden_, &normed, &branch_, &qkv_, &attended, &logits_};
  float* next = room_for(activation_elements(shape_, batching.rows), workspace.activations);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t stride = activation_stride(widths(shape_)[i]);
    *parts[i] = {next, stride, 0};
    next += heights(batching.rows)[i] * stride;
  }
  const Layout layout = models.front()->head().layout();  // of all weights
  normed_ = {layout, shape_.hidden, batching.rows, normed.data};
  attended_ = {layout, shape_.q_size(), batching.rows, attended.data};
}

std::optional<std::size_t> PathRunner::reserve(std::size_t sequence, std::span<const TokenId> prompt,
                                               std::size_t positions, std::size_t reach) {
  // Equal tokens have equal keys only where RoPE turns them alike: one bit for each RoPE of the model.
  std::uint64_t kind = 0;
  for (std::size_t i = 0; i < shape_.ropes.size(); ++i) {
    if (shape_.ropes[i].is_far(reach)) kind |= std::uint64_t{1} << i;
  }
  return cache_.reserve(sequence, prompt, positions, kind);
}

void PathRunner::step(std::span<const Run> runs) {
  embed(runs);
  for (std::size_t i = 0; i < path_.size(); ++i) run_layer(runs, i);
  prepare(models_.front()->final_norm());
  for (const Run& run : runs) cache_.advance(run.sequence, run.end());
}

void PathRunner::run_layer(std::span<const Run> runs, std::size_t hop_number) {
  const Hop& hop = path_[hop_number];
  if (hop.input_scale != 1.0F) {
    team_.each_row(hidden_.rows, shape_.hidden, [&](std::size_t r) {
      kernels::active().scale(hidden_.row(r), shape_.hidden, hop.input_scale);
    });
  }
  const ResidentLayer& layer = models_[hop.source]->layer(hop.slot);
  prepare(layer.attention_norm);
  if (shape_.parallel) {
    attention(runs, hop_number, layer, branch_, false);
    if (layer.mlp_norm.present()) prepare(layer.mlp_norm);
    mlp(layer, hidden_, true);
    team_.each_row(hidden_.rows, shape_.hidden, [&](std::size_t r) {
      kernels::active().add(branch_.row(r), shape_.hidden, 1, hidden_.row(r));
    });
    return;
  }
  const bool attention_post = layer.attention_post_norm.present();
  attention(runs, hop_number, layer, attention_post ? branch_ : hidden_, !attention_post);
  if (attention_post) add_normed(layer.attention_post_norm, branch_);
  prepare(layer.mlp_norm);
  const bool mlp_post = layer.mlp_post_norm.present();
  mlp(layer, mlp_post ? branch_ : hidden_, !mlp_post);
  if (mlp_post) add_normed(layer.mlp_post_norm, branch_);
}

void PathRunner::embed(std::span<const Run> runs) {
  std::size_t row = 0;
  for (const Run& run : runs) {
    for (std::size_t i = 0; i < run.tokens.size(); ++i) {
      assert(row < batching_.rows);
      models_.front()->embed(static_cast<std::size_t>(run.tokens[i]), run.first_position + i,
                             {hidden_.row(row++), shape_.hidden});
    }
  }
  for (Activations* part : {&hidden_, &branch_, &qkv_}) part->rows = row;
}

void PathRunner::prepare(const NormWeights& norm) {
  team_.each_row(hidden_.rows, shape_.hidden, [&](std::size_t r) {
    if (!norm.present()) return normed_.write(r, 0, {hidden_.row(r), shape_.hidden});
    normed_.make(r, [&](float* to) { apply(norm, shape_, hidden_.row(r), to); });
  });
}

void PathRunner::add_normed(const NormWeights& norm, const Activations& branch) {
  team_.each_row(branch.rows, shape_.hidden, [&](std::size_t r) {
    apply(norm, shape_, branch.row(r), branch.row(r));
    kernels::active().add(branch.row(r), shape_.hidden, 1, hidden_.row(r));
  });
}

void PathRunner::expect(std::span<const Run> runs, std::size_t hop) {
  scratch_.upcoming.clear(cache_.piece_bytes());
  if (hop == path_.size() || team_.members() > 1) return;
  const std::size_t window = kind(hop).window;
  for (const Run& run : runs) {
    const std::size_t seen = run.first_position + 1;
    cache_.expect(hop, run.sequence, window > 0 && seen > window ? seen - window : 0, run.end(),
                  scratch_.upcoming);
  }
}

// Norms and turns query and key of a run's rows, which follow each other in qkv_.
void PathRunner::turn(const Run& run, std::size_t row, const LayerKind& kind, const ResidentLayer& layer) {
  const bool far = kind.rope && shape_.ropes[*kind.rope].is_far(run.reach == 0 ? run.end() : run.reach);
  for (std::size_t i = 0; i < run.tokens.size(); ++i) {
    float* query = qkv_.row(row + i);
    apply_in_place(layer.q_norm, shape_, query, shape_.q_size());
    apply_in_place(layer.k_norm, shape_, query + shape_.q_size(), shape_.kv_size());
    if (!kind.rope) continue;
    const RopeTable& rope = ropes_[*kind.rope];
    const std::size_t position = run.first_position + i;
    // Key heads follow query heads, so one call turns both.
    kernels::active().rotate(query, shape_.heads + shape_.kv_heads, shape_.head, rope.rotary(),
                             rope.cosine(position, far), rope.sine(position, far));
  }
}

void PathRunner::store(const Run& run, std::size_t row, std::size_t hop, const ResidentLayer& layer) {
  turn(run, row, kind(hop), layer);
  const float* keys = qkv_.row(row) + shape_.q_size();
  cache_.store(hop, run.sequence, run.first_position, run.tokens.size(), keys, keys + shape_.kv_size(),
               qkv_.stride);
}

void PathRunner::cut(std::span<const Run> runs, bool last) {
  // A tile of attention has as many rows at least.
  const std::size_t longest = team_.members() == 1 ? batching_.rows : kernels::kAttentionRows;
  for (auto* part : {&costs_, &run_rows_, &run_tokens_}) part->clear();
  pieces_.clear();
  std::size_t row = 0;
  std::size_t attended = 0;
  for (const Run& run : runs) {
    run_rows_.push_back(row);
    run_tokens_.push_back(run.tokens.size());
    const std::size_t skipped = last ? run.logits_from : 0;
    for (std::size_t begin = skipped; begin < run.tokens.size(); begin += longest) {
      const std::size_t count = std::min(longest, run.tokens.size() - begin);
      pieces_.push_back({&run, begin, count, row + begin, attended + begin - skipped});
      costs_.push_back(run.first_position + begin + count);  // what it reads; rows cost little beside it
    }
    row += run.tokens.size();
    attended += run.tokens.size() - skipped;
  }
}

void PathRunner::attend(const Piece& piece, std::size_t hop, std::size_t member) {
  kernels::Attention work;
  work.scratch =
      attention_scratch_ + member * kernels::attention_scratch(shape_.head, batching_.room.longest);
  work.q = qkv_.row(piece.row);
  work.q_stride = qkv_.stride;
  work.out = attended_.row(piece.attended);
  work.out_stride = attended_.stride();
  work.rows = piece.count;
  work.first_position = piece.run->first_position + piece.begin;
  work.heads = shape_.heads;
  work.kv_heads = shape_.kv_heads;
  work.head = shape_.head;
  work.capacity = batching_.room.longest;
  work.scale = shape_.attention_scale();
  work.cap = shape_.attention_cap;
  work.window = kind(hop).window;
  cache_.locate(hop, piece.run->sequence, work);
  (element_ == DType::BF16 ? kernels::active_bf16()->attend : kernels::active().attend)(work);
  for (std::size_t i = 0; i < piece.count; ++i) attended_.finish(piece.attended + i);
}

void PathRunner::store_and_attend(std::span<const Run> runs, std::size_t hop, const ResidentLayer& layer) {
  if (team_.members() == 1) {
    // What a run stores is in the first cache when it attends to it.
    std::size_t next = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      store(runs[i], run_rows_[i], hop, layer);
      for (; next < pieces_.size() && pieces_[next].run == &runs[i]; ++next) attend(pieces_[next], hop, 0);
    }
    return;
  }
  // Neighbouring positions of a run share words of the cache, so a run is stored by one member.
  team_.share(run_tokens_, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) store(runs[i], run_rows_[i], hop, layer);
  });
  team_.share(costs_, [&](std::size_t member, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) attend(pieces_[i], hop, member);
  });
}

void PathRunner::attention(std::span<const Run> runs, std::size_t hop, const ResidentLayer& layer,
                           const Activations& to, bool add) {
  team_.multiply(layer.qkv, normed_.first(qkv_.rows), qkv_, false, scratch_, layer.out.panel(0));
  add_bias(team_, layer.qkv_bias, qkv_);
  const bool last = hop + 1 == path_.size();
  cut(runs, last);
  store_and_attend(runs, hop, layer);
  expect(runs, hop + 1);
  if (last) keep_wanted(runs);
  team_.multiply(layer.out, attended_.first(to.rows), to, add, scratch_,
                 layer.mlp.present() ? layer.mlp.gate_up.panel(0) : nullptr);
  add_bias(team_, layer.out_bias, to);
}

void PathRunner::mlp(const ResidentLayer& layer, const Activations& to, bool add) {
  if (layer.mlp.present()) {
    feed_forward_.run(layer.mlp, normed_.first(to.rows), to, add, scratch_);
  } else {
    feed_forward_.run_experts(layer, normed_.first(to.rows), to, add, scratch_);
  }
}

void PathRunner::keep_wanted(std::span<const Run> runs) {
  std::size_t row = 0;
  std::size_t kept = 0;
  for (const Run& run : runs) {
    for (std::size_t i = run.logits_from; i < run.tokens.size(); ++i, ++kept) {
      if (kept == row + i) continue;
      std::copy_n(hidden_.row(row + i), shape_.hidden, hidden_.row(kept));
      normed_.copy(kept, normed_.all(), row + i);
    }
    row += run.tokens.size();
  }
  hidden_.rows = branch_.rows = kept;
}

void PathRunner::head(std::size_t first) {
  logits_.rows = std::min(kLogitRows, hidden_.rows - first);
  team_.multiply(models_.front()->head(), normed_.some(first, logits_.rows), logits_, false, scratch_);
  if (shape_.logit_cap == 0) return;
  team_.each_row(logits_.rows, shape_.vocabulary, [&](std::size_t r) {
    kernels::active().cap(logits_.row(r), shape_.vocabulary, shape_.logit_cap);
  });
}

void PathRunner::each_logits(const TakeLogits& f) {
  for (std::size_t first = 0; first < hidden_.rows; first += kLogitRows) {
    head(first);
    team_.each_row(logits_.rows, shape_.vocabulary, [&](std::size_t r) {
      f(first + r, {logits_.row(r), shape_.vocabulary});
    });
  }
}

std::size_t PathRunner::bytes(const ModelShape& shape, std::size_t hops, DType element,
                              const Batching& batching, std::size_t members) {
  const std::size_t floats = activation_elements(shape, batching.rows) +
                             members * kernels::attention_scratch(shape.head, batching.room.longest);
  return floats * sizeof(float) + FeedForward::bytes(shape, batching.rows, members) +
         batching.room.blocks * KvCache::block_bytes(shape, hops, element);
}

}  // namespace tsugi::eval
