// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A recipe as YAML that mergekit reads too, and when two recipes are equal.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "recipes/recipe.h"

namespace tsugi::recipes {
namespace {

/// Lines with a growing indent.
class Lines {
 public:
  void add(int depth, std::string_view line) {
    text_.append(static_cast<std::size_t>(depth) * 2, ' ').append(line).append("\n");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// The shortest text that reads back to the same double. YAML 1.1 takes "1e-05" for a word and "1.0e-05" for
/// a number.
std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  const std::size_t exponent = text.find('e');
  if (exponent != std::string::npos && text.find('.') == std::string::npos) text.insert(exponent, ".0");
  return text;
}

/// Words that YAML 1.1 does not read as text.
bool is_reserved(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords{"true", "false", "yes", "no", "on",
                                                   "off",  "null",  "y",   "n"};
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kOthers = "0123456789_./-";
  if (text.empty() || is_reserved(text)) return false;
  const bool starts_path = text[0] == '/' || text.substr(0, 2) == "./" || text.substr(0, 3) == "../";
  if (!starts_path && kLetters.find(text[0]) == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kOthers.find(c) != std::string_view::npos;
  });
}

std::string word(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

/// The text form of a reference has meanings for '+' and '@'; the mapping form has none.
std::string reference(const ModelReference& model) {
  if (model.text.find_first_of("+@") == std::string::npos) return word(model.text);
  return fmt::format("{{model: {{path: {}}}}}", word(model.text));
}

std::string gradient_text(const Gradient& gradient) {
  if (gradient.points.size() == 1) return number_text(gradient.points.front());
  std::string list;
  for (const double point : gradient.points) list += (list.empty() ? "" : ", ") + number_text(point);
  return fmt::format("[{}]", list);
}

void add_parameters(Lines& lines, int depth, const ParameterMap& parameters) {
  if (parameters.empty()) return;
  lines.add(depth, "parameters:");
  for (const auto& [name, setting] : parameters) {
    if (setting.conditions.size() == 1 && !setting.conditions.front().filter) {
      lines.add(depth + 1,
                fmt::format("{}: {}", word(name), gradient_text(setting.conditions.front().value)));
      continue;
    }
    lines.add(depth + 1, fmt::format("{}:", word(name)));
    for (const Condition& condition : setting.conditions) {
      const std::string value = fmt::format("value: {}", gradient_text(condition.value));
      lines.add(depth + 2,
                condition.filter ? fmt::format("- filter: {}", word(*condition.filter)) : "- " + value);
      if (condition.filter) lines.add(depth + 3, value);
    }
  }
}

void add_models(Lines& lines, int depth, const std::vector<ModelEntry>& models) {
  if (!models.empty()) lines.add(depth, "models:");
  for (const ModelEntry& entry : models) {
    lines.add(depth + 1, fmt::format("- model: {}", reference(entry.model)));
    add_parameters(lines, depth + 2, entry.parameters);
  }
}

void add_slices(Lines& lines, int depth, const std::vector<Slice>& slices) {
  if (!slices.empty()) lines.add(depth, "slices:");
  for (const Slice& slice : slices) {
    lines.add(depth + 1, "- sources:");
    for (const SliceSource& source : slice.sources) {
      lines.add(depth + 3, fmt::format("- model: {}", reference(source.model)));
      lines.add(depth + 4, fmt::format("layer_range: [{}, {}]", source.begin, source.end));
      add_parameters(lines, depth + 4, source.parameters);
    }
    if (slice.base_model) lines.add(depth + 2, fmt::format("base_model: {}", reference(*slice.base_model)));
    add_parameters(lines, depth + 2, slice.parameters);
  }
}

void add_modules(Lines& lines, const std::vector<Module>& modules) {
  if (!modules.empty()) lines.add(0, "modules:");
  for (const Module& module : modules) {
    lines.add(1, fmt::format("{}:", word(module.name)));
    add_models(lines, 2, module.models);
    add_slices(lines, 2, module.slices);
    add_parameters(lines, 2, module.parameters);
  }
}

// What follows the token: "{source: models/a, force: true}".
std::string token_text(const TokenSetting& setting) {
  std::string source;
  if (setting.row == TokenRow::same_token) source = reference(*setting.model);
  if (setting.row == TokenRow::zero) source = "{kind: zero}";
  if (setting.row == TokenRow::model_token) {
    source = fmt::format("{{kind: model_token, model: {}, ", reference(*setting.model));
    source += setting.other_token ? fmt::format("token: {}}}", word(*setting.other_token))
                                  : fmt::format("token_id: {}}}", *setting.other_id);
  }
  if (!source.empty()) source = fmt::format("source: {}", source);
  if (setting.force) source += source.empty() ? "force: true" : ", force: true";
  return fmt::format("{{{}}}", source);
}

void add_tokenizer(Lines& lines, const TokenizerSpec& tokenizer) {
  lines.add(0, "tokenizer:");
  using Source = TokenizerSpec::Source;
  std::string source = tokenizer.source == Source::base ? "base" : "union";
  if (tokenizer.source == Source::model) {
    const std::string& path = tokenizer.model->text;  // a folder may be called as a keyword
    source = path == "base" || path == "union" ? fmt::format("{{model: {{path: {}}}}}", path)
                                               : reference(*tokenizer.model);
  }
  lines.add(1, fmt::format("source: {}", source));
  if (tokenizer.pad_to_multiple_of) {
    lines.add(1, fmt::format("pad_to_multiple_of: {}", *tokenizer.pad_to_multiple_of));
  }
  if (tokenizer.tokens.empty()) return;
  lines.add(1, "tokens:");
  for (const TokenSetting& setting : tokenizer.tokens) {
    lines.add(2, fmt::format("{}: {}", word(setting.token), token_text(setting)));
  }
}

}  // namespace

std::string to_yaml(const Recipe& recipe) {
  Lines lines;
  if (!recipe.name.empty()) lines.add(0, fmt::format("name: {}", word(recipe.name)));
  lines.add(0, fmt::format("merge_method: {}", word(recipe.merge_method)));
  if (recipe.base_model) lines.add(0, fmt::format("base_model: {}", reference(*recipe.base_model)));
  add_models(lines, 0, recipe.models);
  add_slices(lines, 0, recipe.slices);
  add_modules(lines, recipe.modules);
  add_parameters(lines, 0, recipe.parameters);
  if (recipe.dtype) lines.add(0, fmt::format("dtype: {}", recipe_name(*recipe.dtype)));
  if (recipe.out_dtype) lines.add(0, fmt::format("out_dtype: {}", recipe_name(*recipe.out_dtype)));
  if (recipe.seed) lines.add(0, fmt::format("seed: {}", *recipe.seed));
  if (recipe.tokenizer) add_tokenizer(lines, *recipe.tokenizer);
  if (recipe.chat_template) lines.add(0, fmt::format("chat_template: {}", word(recipe.chat_template->text)));
  return lines.take();
}

bool operator==(const Condition& a, const Condition& b) {
  return a.filter == b.filter && a.value == b.value;
}

bool operator==(const ParameterSetting& a, const ParameterSetting& b) {
  return a.conditions == b.conditions;
}

bool operator==(const ModelEntry& a, const ModelEntry& b) {
  return a.model == b.model && a.parameters == b.parameters;
}

bool operator==(const SliceSource& a, const SliceSource& b) {
  return a.model == b.model && a.begin == b.begin && a.end == b.end && a.parameters == b.parameters;
}

bool operator==(const Slice& a, const Slice& b) {
  return a.sources == b.sources && a.base_model == b.base_model && a.parameters == b.parameters;
}

bool operator==(const Module& a, const Module& b) {
  return a.name == b.name && a.models == b.models && a.slices == b.slices && a.parameters == b.parameters;
}

bool operator==(const TokenSetting& a, const TokenSetting& b) {
  return a.token == b.token && a.row == b.row && a.model == b.model && a.other_token == b.other_token &&
         a.other_id == b.other_id && a.force == b.force;
}

bool operator==(const TokenizerSpec& a, const TokenizerSpec& b) {
  return a.source == b.source && a.model == b.model && a.tokens == b.tokens &&
         a.pad_to_multiple_of == b.pad_to_multiple_of;
}

bool operator==(const ChatTemplate& a, const ChatTemplate& b) {
  return a.text == b.text;
}

bool operator==(const Recipe& a, const Recipe& b) {
  return a.merge_method == b.merge_method && a.models == b.models && a.slices == b.slices &&
         a.modules == b.modules && a.base_model == b.base_model && a.parameters == b.parameters &&
         a.dtype == b.dtype && a.out_dtype == b.out_dtype && a.seed == b.seed && a.tokenizer == b.tokenizer &&
         a.chat_template == b.chat_template && a.name == b.name;
}

}  // namespace tsugi::recipes
