// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/feed_forward.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "eval/model/kernels/kernels.h"
#include "eval/model/workspace.h"

namespace tsugi::eval {
namespace {

// Columns of inner, activated, gathered, answers, routed.
std::array<std::size_t, 5> widths(const ModelShape& shape) {
  const bool sparse = shape.experts > 0;
  const std::size_t ffn = std::max({shape.ffn, shape.expert_ffn, shape.shared_ffn});
  return {shape.ffn_inputs() * ffn, ffn, sparse ? shape.hidden : 0, sparse ? shape.hidden : 0, shape.experts};
}

constexpr std::size_t kPair = 2 * kernels::kLanes;  // panels that kernels take side by side

// A member's stretch of inner columns may be a piece longer than its share of all, and has a row's last panel
// of its own.
std::size_t elements(const ModelShape& shape, std::size_t rows, std::size_t members) {
  std::size_t total = members * rows * activation_stride(shape.ffn_inputs() * kPair);
  for (const std::size_t width : widths(shape)) total += rows * activation_stride(width);
  return total;
}

kernels::Nonlinear nonlinear(Activation activation) {
  switch (activation) {
    case Activation::silu:
      return kernels::Nonlinear::silu;
    case Activation::gelu:
      return kernels::Nonlinear::gelu;
    case Activation::gelu_tanh:
      return kernels::Nonlinear::gelu_tanh;
    case Activation::quick_gelu:
      return kernels::Nonlinear::quick_gelu;
    case Activation::relu:
      break;
  }
  return kernels::Nonlinear::relu;
}

}  // namespace

FeedForward::FeedForward(const ModelShape& shape, std::size_t rows, Team& team, AlignedBuffer<float>& memory)
    : shape_(shape), team_(team), chosen_(shape.experts) {
  // The first comes last: its members may need more than a row.
  const std::array<Activations*, 5> parts = {&inner_, &activated_, &gathered_, &answers_, &routed_};
  float* next = room_for(elements(shape, rows, team.members()), memory);
  for (std::size_t i = parts.size(); i-- > 0;) {
    const std::size_t stride = activation_stride(widths(shape)[i]);
    *parts[i] = {next, stride, 0};
    next += rows * stride;
  }
}

void FeedForward::run(const MlpWeights& mlp, const Operands& x, const Activations& y, bool add,
                      ProductScratch& scratch) {
  if (x.rows == 0) return;
  // What stands between two products stays in the second cache.
  constexpr std::size_t kStretchBytes = std::size_t{256} << 10U;
  const std::size_t ffn = mlp.down.columns();
  const OperandRows activated(mlp.down.layout(), ffn, x.rows, activated_.data);
  // Where gates and others do not begin with a panel, all columns are one piece.
  const std::size_t piece = ffn % kernels::kLanes == 0 ? kPair : ffn;
  const std::size_t pieces = (ffn + piece - 1) / piece;
  const std::size_t share = (pieces + team_.members() - 1) / team_.members();
  const std::size_t piece_bytes = x.rows * shape_.ffn_inputs() * piece * sizeof(float);
  const std::size_t stretch = std::clamp<std::size_t>(kStretchBytes / piece_bytes, 1, share);
  const std::size_t room = x.rows * activation_stride(shape_.ffn_inputs() * stretch * piece);
  kernels::Upcoming* upcoming = team_.members() == 1 ? &scratch.upcoming : nullptr;
  team_.share(pieces, 1, [&](std::size_t member, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i += stretch) {
      const std::size_t first = i * piece;
      const std::size_t last = std::min(ffn, std::min(end, i + stretch) * piece);
      run_stretch(mlp, x, {first, last - first}, inner_.data + member * room, activated, upcoming);
    }
  });
  team_.multiply(mlp.down, activated.all(), y, add, scratch);
  if (mlp.down_bias.empty()) return;
  team_.each_row(y.rows, shape_.hidden, [&](std::size_t r) {
    kernels::active().add(mlp.down_bias.data(), mlp.down_bias.size(), 1, y.row(r));
  });
}

void FeedForward::run_stretch(const MlpWeights& mlp, const Operands& x, Columns columns, float* room,
                              const OperandRows& activated, kernels::Upcoming* upcoming) const {
  const kernels::Kernels& kernel = kernels::active();
  const std::size_t ffn = mlp.down.columns();
  const std::size_t first = columns.first;
  const std::size_t count = columns.count;
  const Activations inner = {room, activation_stride(shape_.ffn_inputs() * count), x.rows};
  if (count == ffn) {
    mlp.gate_up.multiply(x, mlp.gate_up.panels(), inner, false, upcoming, mlp.down.panel(0));
  } else {
    const auto panels = [&](std::size_t at) {
      return PanelRange{at / kernels::kLanes, count / kernels::kLanes};
    };
    const void* next =
        first + count < ffn ? mlp.gate_up.panel(panels(first + count).first) : mlp.down.panel(0);
    const void* up = shape_.gated ? mlp.gate_up.panel(panels(ffn + first).first) : next;
    mlp.gate_up.multiply(x, panels(first), inner, false, upcoming, up);
    if (shape_.gated) {
      mlp.gate_up.multiply(x, panels(ffn + first), {inner.data + count, inner.stride, inner.rows}, false,
                           upcoming, next);
    }
  }
  const kernels::Nonlinear f = nonlinear(shape_.activation);
  for (std::size_t r = 0; r < x.rows; ++r) {
    float* gate = inner.row(r);
    float* up = shape_.gated ? gate + count : nullptr;
    if (!mlp.gate_up_bias.empty()) {
      kernel.add(mlp.gate_up_bias.data() + first, count, 1, gate);
      if (shape_.gated) kernel.add(mlp.gate_up_bias.data() + ffn + first, count, 1, up);
    }
    activated.activate(r, first, f, gate, up, count);
  }
}

// Softmax over all experts, then the largest; among equals the one that comes first.
void FeedForward::choose(const ResidentLayer& layer, const Operands& x, ProductScratch& scratch) {
  const kernels::Kernels& kernel = kernels::active();
  for (std::vector<Choice>& rows : chosen_) rows.clear();
  routed_.rows = x.rows;
  team_.multiply(layer.router, x, routed_, false, scratch);
  std::vector<std::size_t> order(shape_.experts);
  for (std::size_t r = 0; r < x.rows; ++r) {
    float* shares = routed_.row(r);
    const auto all = static_cast<float>(kernel.log_sum_exp(shares, shape_.experts));
    for (std::size_t e = 0; e < shape_.experts; ++e) shares[e] -= all;
    kernel.exponential(shares, shape_.experts, shares);
    std::iota(order.begin(), order.end(), 0);
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(shape_.experts_used);
    std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
      return shares[a] > shares[b] || (shares[a] == shares[b] && a < b);
    });
    float total = 0;
    std::for_each(order.begin(), end, [&](std::size_t e) { total += shares[e]; });
    const float factor = shape_.normalise_experts ? 1.0F / total : 1.0F;
    std::for_each(order.begin(), end, [&](std::size_t e) { chosen_[e].push_back({r, shares[e] * factor}); });
  }
}

void FeedForward::run_experts(const ResidentLayer& layer, const Operands& x, const Activations& y, bool add,
                              ProductScratch& scratch) {
  const kernels::Kernels& kernel = kernels::active();
  choose(layer, x, scratch);
  if (!add) {
    for (std::size_t r = 0; r < y.rows; ++r) std::fill_n(y.row(r), shape_.hidden, 0.0F);
  }
  for (std::size_t e = 0; e < shape_.experts; ++e) {
    const std::vector<Choice>& chosen = chosen_[e];
    answers_.rows = chosen.size();
    const OperandRows gathered(layer.router.layout(), shape_.hidden, chosen.size(), gathered_.data);
    for (std::size_t i = 0; i < chosen.size(); ++i) gathered.copy(i, x, chosen[i].row);
    run(layer.experts[e], gathered.all(), answers_, false, scratch);
    for (std::size_t i = 0; i < chosen.size(); ++i)
      kernel.add(answers_.row(i), shape_.hidden, chosen[i].weight, y.row(chosen[i].row));
  }
  if (!layer.shared.present()) return;
  answers_.rows = routed_.rows = x.rows;
  run(layer.shared, x, answers_, false, scratch);
  team_.multiply(layer.shared_router, x, routed_, false, scratch);
  for (std::size_t r = 0; r < x.rows; ++r) {
    const float gate = 1.0F / (1.0F + std::exp(-routed_.row(r)[0]));
    kernel.add(answers_.row(r), shape_.hidden, gate, y.row(r));
  }
}

std::size_t FeedForward::bytes(const ModelShape& shape, std::size_t rows, std::size_t members) {
  return elements(shape, rows, members) * sizeof(float);
}

}  // namespace tsugi::eval
