// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A tensor with a vocabulary axis, read in the order of another vocabulary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "merge/checkpoint/tensor.h"
#include "merge/vocabulary/token_table.h"

namespace tsugi::merge {

/// One tensor of all models that hold it, and for every token of the output a row that stands in where a
/// model has none (specification, part C2). Shared by the readers of the models; immutable.
struct FallbackRows {
  /// Where the row of a token comes from, in place of a position in `tensors`.
  static constexpr std::int16_t kZero = -1;
  static constexpr std::int16_t kMean = -2;  ///< of the rows of all tensors that have the token

  std::vector<const TensorView*> tensors;      ///< [n, width] or [n], of one width
  std::vector<std::span<const TokenId>> rows;  ///< [tensor][token]: its row there, or -1
  std::vector<std::int16_t> from;              ///< [token]: a position in `tensors`, kZero or kMean
  std::vector<TokenId> row;                    ///< [token]: which row of that tensor
  std::shared_ptr<const void> keeps = {};      ///< what `rows` views
};

/// Row v is the model's own row of token v, else the fallback; rows from the number of tokens on are the mean
/// of all rows before (f64, rounded once), found when the first of them is read. Keeps indices only.
class AlignedRows : public RowReader {
 public:
  /// `model`: position in the fallback's tensors. `forced[v]` takes the fallback although the model has the
  /// token; may be empty. `total`: rows with padding.
  AlignedRows(std::shared_ptr<const FallbackRows> fallback, std::size_t model,
              std::shared_ptr<const std::vector<char>> forced, std::size_t total);

  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override;
  std::uint64_t stored_bytes() const override;

 private:
  struct Source;
  void read_entries(const Source& source, std::size_t begin, std::size_t count, std::span<float> out) const;
  void read_tokens(const Source& source, std::size_t begin, std::size_t count, std::span<float> out) const;
  void read_fallback(const Source& source, std::size_t token, std::span<float> out) const;
  std::span<const float> padding(const Source& source) const;
  bool has_own(std::size_t token) const;

  std::shared_ptr<const FallbackRows> fallback_;
  std::size_t model_;
  std::shared_ptr<const std::vector<char>> forced_;
  std::size_t tokens_;
  std::size_t total_;
  bool vector_;        // of one value a token
  std::size_t width_;  // values a token
  mutable std::once_flag padded_;
  mutable std::vector<float> padding_;
};

}  // namespace tsugi::merge
