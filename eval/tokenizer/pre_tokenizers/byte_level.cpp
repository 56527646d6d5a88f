// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ByteLevel: cuts by GPT-2's pattern and writes each byte as a visible character.
#include <array>
#include <string>

#include "eval/tokenizer/byte_alphabet.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/pre_tokenizers/patterns.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

/// [byte] -> its character as UTF-8.
const std::array<std::string, 256>& encoded_bytes() {
  static const std::array<std::string, 256> table = [] {
    std::array<std::string, 256> encoded;
    for (std::size_t byte = 0; byte < encoded.size(); ++byte)
      unicode::append_utf8(encoded[byte], kByteAlphabet[byte]);
    return encoded;
  }();
  return table;
}

void append_encoded(Pieces& out, std::string_view piece) {
  const std::array<std::string, 256>& table = encoded_bytes();
  const std::size_t begin = out.text.size();
  for (const char byte : piece) out.text += table[static_cast<unsigned char>(byte)];
  out.spans.push_back({begin, out.text.size()});
}

void apply(Pieces& pieces, bool add_prefix_space, bool use_regex) {
  Pieces out;
  out.text.reserve(pieces.text.size() * 2);
  out.spans.reserve(pieces.spans.size());
  for (const Pieces::Span& span : pieces.spans) {
    std::string_view piece = pieces.piece(span);
    std::string prefixed;
    if (add_prefix_space &&
        !piece.starts_with(' ')) {  // each piece, even in the middle of a text: as the original
      prefixed.append(1, ' ').append(piece);
      piece = prefixed;
    }
    for (std::size_t begin = 0; begin < piece.size();) {
      const std::size_t end = use_regex ? scan_gpt2(piece, begin) : piece.size();
      append_encoded(out, piece.substr(begin, end - begin));
      begin = end;
    }
  }
  pieces = std::move(out);
}

}  // namespace

PreTokenizer byte_level_pre_tokenizer(const Field& field) {
  const bool add_prefix_space = field.at("add_prefix_space").boolean();
  const bool use_regex = field.boolean_or("use_regex", true);
  return [=](Pieces& pieces) { apply(pieces, add_prefix_space, use_regex); };
}

}  // namespace tsugi::eval::tokenization
