// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of matches and of what lies between them: SplitDelimiterBehavior of tokenizers.
#pragma once

#include <vector>

#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext" or "Contiguous".
SplitBehavior read_behavior(const Field& field);

/// A match or a gap of a piece.
struct SplitPart {
  std::size_t begin;
  std::size_t end;
  bool match;
};

/// Cuts every piece of `pieces`: find(piece) gives its parts from left to right, without gaps between them.
void split_pieces(Pieces& pieces, SplitBehavior behavior,
                  const std::function<std::vector<SplitPart>(std::string_view piece)>& find);

/// Matches of one code point each.
std::vector<SplitPart> parts_by(std::string_view piece, const std::function<bool(char32_t)>& matches);

}  // namespace tsugi::eval::tokenization
