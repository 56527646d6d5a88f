// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sobol' points with Joe and Kuo's direction numbers, scrambled after Owen: of the first 2^m points every
// coordinate alone has one in each of 2^m equal parts, and the scrambling keeps that.
#include <algorithm>
#include <boost/random/sobol.hpp>

#include "evolve/optimizers/common_options.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

constexpr unsigned kBits = 32;  // digits that are scrambled: more than any budget of points resolves
constexpr std::size_t kMostGenes = 3667;  // rows of Boost's table of direction numbers

// Nested uniform scrambling (Owen, 1995): a digit is flipped or not by a coin that depends on the digits
// before it.
std::uint64_t scrambled(std::uint64_t digits, std::uint64_t seed, std::size_t coordinate) {
  std::uint64_t out = digits;
  for (unsigned bit = 0; bit < kBits; ++bit) {
    const unsigned place = kBits - 1 - bit;
    const std::uint64_t before = bit == 0 ? 0 : digits >> (place + 1);
    out ^= (random_bits({seed, coordinate, bit, before}) & 1) << place;
  }
  return out;
}

class QuasiRandom : public Optimizer {
 public:
  explicit QuasiRandom(const OptimizerSetup& setup)
      : dimension_(setup.dimension()), population_(*given_population(setup)), seed_(setup.seed) {}

  std::vector<Point> ask() const override {
    boost::random::sobol sequence(dimension_);
    const std::size_t first = generation_ * population_;
    // Boost leaves out the zero point, without which no power of two of points is balanced.
    sequence.seed(std::max<std::size_t>(first, 1) - 1);
    std::vector<Point> points(population_, Point(dimension_));
    for (std::size_t k = 0; k < population_; ++k) {
      for (std::size_t i = 0; i < dimension_; ++i) {
        const std::uint64_t digits = first + k == 0 ? 0 : sequence() >> (64 - kBits);
        // The middle of the scrambled digits' interval.
        points[k][i] = (static_cast<double>(scrambled(digits, seed_, i)) + 0.5) / 0x1p32;
      }
    }
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    require_trials("quasi_random", trials.size(), population_);
    ++generation_;
  }

 private:
  std::size_t dimension_;
  std::size_t population_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
};

}  // namespace

OptimizerKind optimizer_quasi_random() {
  return {.name = "quasi_random",
          .title = "Scrambled Sobol' points",
          .source = "Joe and Kuo, SIAM J. Sci. Comput. 30 (2008); Owen (1995)",
          .use = "to look at the whole space evenly with few evaluations, and as a baseline",
          .most_genes = kMostGenes,
          .options = {population_option(16, 1, "candidates scored together; powers of two stay balanced")},
          .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
            return std::make_unique<QuasiRandom>(setup);
          }};
}

}  // namespace tsugi::evolve
