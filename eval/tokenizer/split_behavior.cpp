// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tokenizer/split_behavior.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

using Parts = std::vector<SplitPart>;

Parts removed(const Parts& parts) {
  Parts kept;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(kept),
               [](const SplitPart& part) { return !part.match; });
  return kept;
}

// A match joins what stands before it, unless that is a match too.
Parts merged_with_previous(const Parts& parts) {
  Parts result;
  bool previous = false;
  for (const SplitPart& part : parts) {
    if (part.match && !previous && !result.empty()) {
      result.back().end = part.end;
    } else {
      result.push_back(part);
    }
    previous = part.match;
  }
  return result;
}

Parts merged_with_next(const Parts& parts) {
  Parts result;
  bool next = false;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (part->match && !next && !result.empty()) {
      result.back().begin = part->begin;
    } else {
      result.push_back(*part);
    }
    next = part->match;
  }
  std::reverse(result.begin(), result.end());
  return result;
}

Parts contiguous(const Parts& parts) {
  Parts result;
  for (const SplitPart& part : parts) {
    if (!result.empty() && result.back().match == part.match) {
      result.back().end = part.end;
    } else {
      result.push_back(part);
    }
  }
  return result;
}

Parts treated(const Parts& parts, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::removed:
      return removed(parts);
    case SplitBehavior::merged_with_previous:
      return merged_with_previous(parts);
    case SplitBehavior::merged_with_next:
      return merged_with_next(parts);
    case SplitBehavior::contiguous:
      return contiguous(parts);
    case SplitBehavior::isolated:
      break;
  }
  return parts;
}

}  // namespace

SplitBehavior read_behavior(const Field& field) {
  const std::string name = field.text();
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  field.refuse(fmt::format("is '{}'", name),
               "known: Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
}

void split_pieces(Pieces& pieces, SplitBehavior behavior,
                  const std::function<std::vector<SplitPart>(std::string_view piece)>& find) {
  std::vector<Pieces::Span> spans;
  for (const Pieces::Span& span : pieces.spans) {
    for (const SplitPart& part : treated(find(pieces.piece(span)), behavior)) {
      if (part.begin < part.end) spans.push_back({span.begin + part.begin, span.begin + part.end});
    }
  }
  pieces.spans = std::move(spans);
}

std::vector<SplitPart> parts_by(std::string_view piece, const std::function<bool(char32_t)>& matches) {
  Parts parts;
  for (std::size_t at = 0; at < piece.size();) {
    const unicode::CodePoint here = unicode::code_point_at(piece, at);
    const bool match = matches(here.value);
    if (!match && !parts.empty() && !parts.back().match) {
      parts.back().end = at + here.length;
    } else {
      parts.push_back({at, at + here.length, match});
    }
    at += here.length;
  }
  return parts;
}

}  // namespace tsugi::eval::tokenization
