// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Metaspace: spaces become a visible character, and pieces begin with it.
#include <fmt/format.h>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/metaspace.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

void append_split(Pieces& out, const std::string& text, const Metaspace& settings) {
  const std::size_t base = out.text.size();
  out.text += text;
  std::size_t begin = 0;
  // Before each mark; of two marks the first stands alone.
  for (std::size_t at = text.find(settings.mark, 1); settings.split && at != std::string::npos;
       at = text.find(settings.mark, at + 1)) {
    if (begin < at) out.spans.push_back({base + begin, base + at});
    begin = at;
  }
  if (begin < text.size()) out.spans.push_back({base + begin, base + text.size()});
}

void apply(Pieces& pieces, const Metaspace& settings) {
  Pieces out;
  out.first = pieces.first;
  for (const Pieces::Span& span : pieces.spans) {
    std::string text;
    for (const char c : pieces.piece(span)) {
      if (c == ' ') {
        text += settings.mark;
      } else {
        text += c;
      }
    }
    const bool wanted = settings.prepend == Metaspace::Prepend::always ||
                        (settings.prepend == Metaspace::Prepend::first && pieces.first && span.begin == 0);
    if (wanted && !text.starts_with(settings.mark)) text.insert(0, settings.mark);
    append_split(out, text, settings);
  }
  pieces = std::move(out);
}

}  // namespace

Metaspace read_metaspace(const Field& field) {
  Metaspace settings;
  settings.mark = field.at("replacement").text();
  settings.split = field.boolean_or("split", true);
  const std::string scheme = field.text_of("prepend_scheme")
                                 .value_or(field.boolean_or("add_prefix_space", true) ? "always" : "never");
  if (scheme == "always") {
    settings.prepend = Metaspace::Prepend::always;
  } else if (scheme == "first") {
    settings.prepend = Metaspace::Prepend::first;
  } else if (scheme == "never") {
    settings.prepend = Metaspace::Prepend::never;
  } else {
    field.refuse(fmt::format("has prepend_scheme '{}'", scheme), "known: always, first, never");
  }
  return settings;
}

PreTokenizer metaspace_pre_tokenizer(const Field& field) {
  const Metaspace settings = read_metaspace(field);
  return [settings](Pieces& pieces) { apply(pieces, settings); };
}

}  // namespace tsugi::eval::tokenization
