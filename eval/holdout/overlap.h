// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which items are also in another set of texts: another side of a split, a benchmark, a corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tsugi::eval {

enum class OverlapKind : std::uint8_t {
  exact,   ///< the same question but for case, width and blanks
  near,    ///< most of what is particular to it, and of what is particular to the text
  passage  ///< a passage of it, anywhere in a text
};

struct Overlap {
  std::size_t item = 0;
  std::size_t text = 0;  ///< the first that holds it
  OverlapKind kind = OverlapKind::exact;
  std::string passage;  ///< of `passage`: the first one, in lower case and without punctuation
};

struct Overlaps {
  std::vector<Overlap> found;  ///< by item, ascending; of each item the strongest kind
  std::size_t items = 0;
  std::size_t words = 0;       ///< length of the passages that were looked for; 0: no such items
  std::size_t characters = 0;  ///< the same in Japanese, Chinese, Thai, …, which set no blanks

  std::size_t count(OverlapKind kind) const;
};

/// Compares items with texts. Exact: equal after normalise_question. Near: more than half of the shingles
/// (characters, 5 in a row) of either are shared, those found in more than 1 % of all items and texts left
/// out; a split joins by the smaller set, which between tasks of one form would report what only sounds
/// alike. Passage: N words in a row, punctuation left out, N being the 5th percentile of the items' lengths
/// but 8 to 13, passages in more than 10 texts left out (Brown et al., arXiv 2005.14165, appendix C); for
/// scripts without blanks N characters, likewise but 13 to 30. Items shorter than N are looked for as wholes
/// only. Memory grows with the items, time with both. Throws InputError for text that is not UTF-8.
Overlaps find_overlaps(std::span<const std::string> items, std::span<const std::string> texts);

}  // namespace tsugi::eval
