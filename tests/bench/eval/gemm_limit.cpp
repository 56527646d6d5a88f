// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/eval/gemm_limit.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <thread>
#include <vector>

namespace tsugi::bench {
namespace {

using dnnl::memory;

struct Size {
  std::size_t in;
  std::size_t out;
  bool operator<(const Size& other) const { return std::pair(in, out) < std::pair(other.in, other.out); }
};

// Distinct sizes and how often a token meets each.
std::map<Size, std::size_t> sizes_of(const eval::ModelShape& shape, bool head) {
  std::map<Size, std::size_t> sizes;
  sizes[{shape.hidden, shape.qkv_size()}] += shape.layers;
  sizes[{shape.q_size(), shape.hidden}] += shape.layers;
  sizes[{shape.hidden, shape.ffn_inputs() * shape.ffn}] += shape.layers;
  sizes[{shape.ffn, shape.hidden}] += shape.layers;
  if (head) sizes[{shape.hidden, shape.vocabulary}] += 1;
  return sizes;
}

// One thread's product of one size, with the layout of weights that oneDNN likes best.
class Product {
 public:
  Product(const dnnl::engine& engine, Size size, std::size_t rows, DType type)
      : engine_(engine), stream_(engine) {
    const auto kind = type == DType::BF16 ? memory::data_type::bf16 : memory::data_type::f32;
    const auto dim = [](std::size_t n) { return static_cast<memory::dim>(n); };
    const memory::desc x({dim(rows), dim(size.in)}, kind, memory::format_tag::ab);
    const memory::desc w({dim(size.in), dim(size.out)}, kind, memory::format_tag::any);
    const memory::desc y({dim(rows), dim(size.out)}, memory::data_type::f32, memory::format_tag::ab);
    const dnnl::matmul::primitive_desc description({x, w, y}, engine);
    product_ = dnnl::matmul(description);
    x_ = filled(x);
    w_ = filled(description.weights_desc());
    y_ = filled(y);
  }

  void run() {
    product_.execute(stream_, {{DNNL_ARG_SRC, x_}, {DNNL_ARG_WEIGHTS, w_}, {DNNL_ARG_DST, y_}});
    stream_.wait();
  }

 private:
  memory filled(const memory::desc& description) {
    memory all(description, engine_);
    // 0x3c in every byte is 0.0115 in both types: neither zeros nor denormal numbers.
    std::fill_n(static_cast<unsigned char*>(all.get_data_handle()), description.get_size(), 0x3c);
    return all;
  }

  const dnnl::engine& engine_;
  dnnl::stream stream_;
  dnnl::matmul product_;
  memory x_;
  memory w_;
  memory y_;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of one product while all threads multiply; the best of some runs of about 10 ms.
double seconds_of(Size size, DType type, std::size_t rows, std::size_t threads) {
  const double work = 2.0 * static_cast<double>(rows * size.in * size.out);
  const auto repeats = static_cast<int>(std::max(2.0, 4e9 / work));
  std::vector<double> best(threads, 1e9);
  std::vector<std::thread> workers;
  for (std::size_t t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      omp_set_num_threads(1);  // oneDNN's, for this thread
      const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
      Product product(engine, size, rows, type);
      product.run();
      for (int run = 0; run < 5; ++run) {
        const double start = now();
        for (int i = 0; i < repeats; ++i) product.run();
        best[t] = std::min(best[t], (now() - start) / repeats);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return *std::max_element(best.begin(), best.end());
}

}  // namespace

double gemm_tokens_a_second(const eval::ModelShape& shape, DType type, std::size_t rows, bool head,
                            std::size_t threads) {
  double seconds = 0;
  for (const auto& [size, count] : sizes_of(shape, head)) {
    seconds += static_cast<double>(count) * seconds_of(size, type, rows, threads);
  }
  return static_cast<double>(rows * threads) / seconds;
}

}  // namespace tsugi::bench
