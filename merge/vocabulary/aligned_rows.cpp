// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/aligned_rows.h"

#include <algorithm>
#include <utility>

namespace tsugi::merge {

// How entries of the tensors are read: rows of matrices as they are asked for; vectors whole at first, for
// they are small and count as one row.
struct AlignedRows::Source {
  explicit Source(const AlignedRows& owner) : owner_(owner) {
    if (!owner.vector_) return;
    for (const TensorView* tensor : owner.fallback_->tensors) {
      read_rows(*tensor, 0, 1, vectors_.emplace_back(tensor->shape[0]));
    }
  }

  void read(std::size_t tensor, std::size_t begin, std::size_t count, std::span<float> out) const {
    if (!owner_.vector_) return read_rows(*owner_.fallback_->tensors[tensor], begin, count, out);
    std::copy_n(vectors_[tensor].begin() + static_cast<std::ptrdiff_t>(begin), count, out.begin());
  }

 private:
  const AlignedRows& owner_;
  std::vector<std::vector<float>> vectors_;
};

AlignedRows::AlignedRows(std::shared_ptr<const FallbackRows> fallback, std::size_t model,
                         std::shared_ptr<const std::vector<char>> forced, std::size_t total)
    : fallback_(std::move(fallback)),
      model_(model),
      forced_(std::move(forced)),
      tokens_(fallback_->from.size()),
      total_(total),
      vector_(fallback_->tensors[model]->shape.size() == 1),
      width_(vector_ ? 1 : row_length(fallback_->tensors[model]->shape)) {}

std::uint64_t AlignedRows::stored_bytes() const {
  return fallback_->tensors[model_]->stored_bytes();
}

bool AlignedRows::has_own(std::size_t token) const {
  const bool forced = forced_ != nullptr && !forced_->empty() && (*forced_)[token] != 0;
  return !forced && fallback_->rows[model_][token] >= 0;
}

void AlignedRows::read(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  const Source source(*this);
  if (vector_) return read_entries(source, 0, total_, out);  // one row holds all
  read_entries(source, row_begin, rows, out);
}

void AlignedRows::read_entries(const Source& source, std::size_t begin, std::size_t count,
                               std::span<float> out) const {
  const std::size_t of_tokens = begin < tokens_ ? std::min(count, tokens_ - begin) : 0;
  read_tokens(source, begin, of_tokens, out.first(of_tokens * width_));
  if (of_tokens == count) return;
  const std::span<const float> mean = padding(source);
  for (std::size_t i = of_tokens; i < count; ++i)
    std::copy(mean.begin(), mean.end(), out.begin() + static_cast<std::ptrdiff_t>(i * width_));
}

void AlignedRows::read_tokens(const Source& source, std::size_t begin, std::size_t count,
                              std::span<float> out) const {
  const std::span<const TokenId> own = fallback_->rows[model_];
  for (std::size_t i = 0; i < count;) {
    const std::size_t token = begin + i;
    if (!has_own(token)) {
      read_fallback(source, token, out.subspan(i * width_, width_));
      ++i;
      continue;
    }
    // Most vocabularies share long runs: those are read at once.
    std::size_t run = 1;
    while (i + run < count && has_own(token + run) &&
           own[token + run] == own[token] + static_cast<TokenId>(run))
      ++run;
    source.read(model_, static_cast<std::size_t>(own[token]), run, out.subspan(i * width_, run * width_));
    i += run;
  }
}

void AlignedRows::read_fallback(const Source& source, std::size_t token, std::span<float> out) const {
  const std::int16_t from = fallback_->from[token];
  if (from == FallbackRows::kZero) return std::fill(out.begin(), out.end(), 0.0F);
  if (from >= 0) {
    return source.read(static_cast<std::size_t>(from), static_cast<std::size_t>(fallback_->row[token]), 1,
                       out);
  }
  std::vector<double> sums(width_, 0.0);
  std::size_t count = 0;
  for (std::size_t i = 0; i < fallback_->tensors.size(); ++i) {
    const TokenId row = fallback_->rows[i][token];
    if (row < 0) continue;
    source.read(i, static_cast<std::size_t>(row), 1, out);
    for (std::size_t j = 0; j < width_; ++j) sums[j] += out[j];
    ++count;
  }
  for (std::size_t j = 0; j < width_; ++j) out[j] = static_cast<float>(sums[j] / static_cast<double>(count));
}

std::span<const float> AlignedRows::padding(const Source& source) const {
  std::call_once(padded_, [&] {
    constexpr std::size_t kBlock = 64;  // rows at once: some hundred KB of f32 for any width in use
    std::vector<double> sums(width_, 0.0);
    std::vector<float> block(std::min(kBlock, tokens_) * width_);
    for (std::size_t begin = 0; begin < tokens_; begin += kBlock) {
      const std::size_t count = std::min(kBlock, tokens_ - begin);
      read_tokens(source, begin, count, std::span(block).first(count * width_));
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < width_; ++j) sums[j] += block[i * width_ + j];
      }
    }
    for (const double sum : sums) padding_.push_back(static_cast<float>(sum / static_cast<double>(tokens_)));
  });
  return padding_;
}

}  // namespace tsugi::merge
