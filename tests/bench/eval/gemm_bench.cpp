// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Speed of packed products on one core beside the peak of register-only multiply-adds in f32 and beside
// oneDNN.
//
//     bench_gemm [ROWS…]
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/kernels/onednn_product.h"
#include "eval/model/packed_matrix.h"
#include "tests/bench/eval/fma_peak.h"

namespace tsugi::bench {
namespace {

using eval::Layout;
using eval::PackedMatrix;

// FLOP/s of `rows` rows times [out, in]; the best of some runs of about 20 ms.
double speed(const PackedMatrix& matrix, std::size_t rows) {
  const std::size_t in = matrix.columns();
  const std::size_t out = matrix.rows();
  std::vector<float> x(rows * eval::activation_stride(in), 0.5F);
  std::vector<float> y(rows * eval::activation_stride(out));
  eval::ProductScratch scratch;
  const double work = 2.0 * static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out);
  const auto repeats = static_cast<std::size_t>(std::max(1.0, 1e9 / work));
  double best = 0;
  for (int run = 0; run < 10; ++run) {
    const double start = seconds();
    for (std::size_t i = 0; i < repeats; ++i) {
      matrix.multiply({x.data(), eval::activation_stride(in), rows},
                      {y.data(), eval::activation_stride(out), rows}, false, scratch);
    }
    best = std::max(best, work * static_cast<double>(repeats) / (seconds() - start));
  }
  return best;
}

void measure(std::size_t out, std::size_t in, std::size_t rows) {
  const std::vector<float> weights(out * in, 0.25F);
  const double peak = fma_peak();  // beside each shape: clocks and neighbours change
  const auto share = [&](Layout layout, std::shared_ptr<const eval::OneDnnProduct> product = nullptr) {
    PackedMatrix matrix(out, in, layout, std::move(product));
    matrix.write(0, weights);
    return 100 * speed(matrix, rows) / peak;
  };
  const auto onednn = [&](Layout layout, DType type) {
    return share(layout, std::make_shared<const eval::OneDnnProduct>(out, in, type));
  };
  fmt::print("{:5} {:5} {:5} {:9.1f} {:8.0f}% {:8.0f}% {:8.0f}%", rows, in, out, peak * 1e-9,
             share(Layout::panels_f32), share(Layout::panels_bf16), onednn(Layout::rows_f32, DType::F32));
  if (eval::kernels::active_bf16() != nullptr) fmt::print(" {:8.0f}%", share(Layout::pairs_bf16));
  if (eval::onednn_has_bf16()) fmt::print(" {:8.0f}%", onednn(Layout::rows_bf16, DType::BF16));
  fmt::print("\n");
  std::fflush(stdout);
}

}  // namespace
}  // namespace tsugi::bench

int main(int argc, char** argv) {
  omp_set_num_threads(1);  // oneDNN's
  fmt::print(
      "{}; shares of the peak in f32\n rows    in   out peak GF/s       f32 widened oneDNN f32 bf16 oneDNN "
      "bf16\n",
      tsugi::eval::kernels::active().name);
  std::vector<std::size_t> rows;
  for (int i = 1; i < argc; ++i) rows.push_back(std::stoul(argv[i]));
  if (rows.empty()) rows = {1, 6, 24, 48, 64, 120};
  const std::pair<std::size_t, std::size_t> shapes[] = {{256, 128}, {128, 128},  {768, 128},  {128, 384},
                                                        {960, 576}, {3072, 576}, {576, 1536}, {2048, 2048}};
  for (const auto& [out, in] : shapes) {
    for (const std::size_t count : rows) tsugi::bench::measure(out, in, count);
  }
}
