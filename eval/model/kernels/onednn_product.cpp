// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/onednn_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <span>

#include "eval/model/kernels/kernels.h"
#include "merge/checkpoint/tensor.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using dnnl::memory;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

// oneDNN numbers instruction sets by bits: one includes another when it has all of its bits.
bool has(dnnl::cpu_isa wanted) {
  const auto mine = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto bits = static_cast<unsigned>(wanted);
  return (mine & bits) == bits;
}

}  // namespace

bool onednn_has_bf16() {
  return has(dnnl::cpu_isa::avx512_core_bf16);
}

bool onednn_has_amx() {
  return has(dnnl::cpu_isa::avx512_core_amx);
}

std::string onednn_version() {
  const dnnl::version_t* const version = dnnl::version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

struct OneDnnProduct::State {
  State(std::size_t out_size, std::size_t in_size, DType element)
      : out(out_size),
        in(in_size),
        type(element),
        x_description({static_cast<memory::dim>(kRows), static_cast<memory::dim>(in)}, kind(),
                      memory::format_tag::nc),
        w_description({static_cast<memory::dim>(out), static_cast<memory::dim>(in)}, kind(),
                      memory::format_tag::oi),
        y_description({static_cast<memory::dim>(kRows), static_cast<memory::dim>(out)},
                      memory::data_type::f32, memory::format_tag::nc),
        description(build()),
        product(description) {}

  memory::data_type kind() const {
    return type == DType::BF16 ? memory::data_type::bf16 : memory::data_type::f32;
  }

  dnnl::inner_product_forward::primitive_desc build() const {
    const dnnl::inner_product_forward::desc wanted(dnnl::prop_kind::forward_inference, x_description,
                                                   w_description, y_description);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(
        dnnl::scratchpad_mode::user);  // so that many threads may run one primitive
    return {wanted, attributes, engine()};
  }

  // Offsets into a thread's scratch: activations, outputs, oneDNN's own.
  std::size_t y_offset() const { return kernels::round_up(kRows * in * tsugi::bytes(type), 64); }
  std::size_t own_offset() const { return y_offset() + kernels::round_up(kRows * out * sizeof(float), 64); }
  std::size_t scratch_bytes() const { return own_offset() + description.scratchpad_desc().get_size(); }

  std::size_t out;
  std::size_t in;
  DType type;
  memory::desc x_description;
  memory::desc w_description;
  memory::desc y_description;
  dnnl::inner_product_forward::primitive_desc description;
  dnnl::inner_product_forward product;
};

OneDnnProduct::OneDnnProduct(std::size_t out, std::size_t in, DType type) {
  try {
    state_ = std::make_unique<State>(out, in, type);
  } catch (const dnnl::error& error) {
    throw Error(fmt::format("oneDNN has no {} product of [{}, {}] on this CPU: {}", name(type), out, in,
                            error.what()));
  }
}

OneDnnProduct::~OneDnnProduct() = default;

void OneDnnProduct::multiply(const Activations& x, const void* weights, const Activations& y, bool add,
                             ProductScratch& scratch) const {
  const State& s = *state_;
  constexpr std::size_t kAlignment = 64;
  if (scratch.room.size() < s.scratch_bytes() + kAlignment)
    scratch.room.resize(s.scratch_bytes() + kAlignment);
  void* start = scratch.room.data();
  std::size_t room = scratch.room.size();
  std::byte* base = static_cast<std::byte*>(std::align(kAlignment, s.scratch_bytes(), start, room));
  auto* out = reinterpret_cast<float*>(base + s.y_offset());

  dnnl::stream stream(engine());
  memory x_memory(s.x_description, engine(), base);
  memory w_memory(s.w_description, engine(), const_cast<void*>(weights));  // oneDNN takes no pointer to const
  memory y_memory(s.y_description, engine(), out);
  memory own_memory(s.description.scratchpad_desc(), engine(), base + s.own_offset());

  const std::size_t row_bytes = s.in * tsugi::bytes(s.type);
  for (std::size_t row = 0; row < x.rows; row += kRows) {
    const std::size_t rows = std::min(kRows, x.rows - row);
    for (std::size_t i = 0; i < rows; ++i) {
      merge::from_f32(s.type, {x.row(row + i), s.in}, {base + i * row_bytes, row_bytes});
    }
    std::memset(base + rows * row_bytes, 0, (kRows - rows) * row_bytes);
    s.product.execute(stream, {{DNNL_ARG_SRC, x_memory},
                               {DNNL_ARG_WEIGHTS, w_memory},
                               {DNNL_ARG_DST, y_memory},
                               {DNNL_ARG_SCRATCHPAD, own_memory}});
    stream.wait();
    for (std::size_t i = 0; i < rows; ++i) {
      const float* from = out + i * s.out;
      float* to = y.row(row + i);
      for (std::size_t j = 0; j < s.out; ++j) to[j] = add ? to[j] + from[j] : from[j];
    }
  }
}

}  // namespace tsugi::eval
