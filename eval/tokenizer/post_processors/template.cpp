// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// TemplateProcessing: special tokens around the text.
#include <fmt/format.h>

#include <limits>

#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {
namespace {

/// What stands before and after one text. The original also takes a text twice; no tokenizer.json does.
struct Template {
  std::vector<TokenId> before;
  std::vector<TokenId> after;
};

void append_special(const Field& special, const Field& table, std::vector<TokenId>& ids) {
  for (const Field& id : table.at(special.at("id").text()).at("ids").items()) {
    const std::uint64_t value = id.whole_number();
    if (value >= std::numeric_limits<TokenId>::max()) {
      id.refuse(fmt::format("is {}", value), "an id is a whole number below 2^31 - 1; fetch the file again");
    }
    ids.push_back(static_cast<TokenId>(value));
  }
}

PostProcessor surround(Template ids) {
  return [ids = std::move(ids)](std::vector<TokenId> text, Specials specials) {
    if (specials == Specials::omit) return text;
    text.insert(text.begin(), ids.before.begin(), ids.before.end());
    text.insert(text.end(), ids.after.begin(), ids.after.end());
    return text;
  };
}

}  // namespace

PostProcessor template_post_processor(const Field& field) {
  Template ids;
  bool seen_text = false;
  for (const Field& piece : field.at("single").items()) {
    if (const std::optional<Field> special = piece.find("SpecialToken")) {
      append_special(*special, field.at("special_tokens"), seen_text ? ids.after : ids.before);
      continue;
    }
    if (piece.at("Sequence").at("id").text() != "A" || seen_text) {
      piece.refuse("is a second text", "this version runs templates with the text 'A' once");
    }
    seen_text = true;
  }
  if (!seen_text)
    field.at("single").refuse("has no text", "this version runs templates with the text 'A' once");
  return surround(std::move(ids));
}

PostProcessor bos_eos_post_processor(std::optional<TokenId> bos, std::optional<TokenId> eos) {
  Template ids;
  if (bos) ids.before.push_back(*bos);
  if (eos) ids.after.push_back(*eos);
  return surround(std::move(ids));
}

}  // namespace tsugi::eval::tokenization
