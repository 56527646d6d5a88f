// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/pre_tokenizer.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tsugi::merge::gguf {
namespace {

using Json = nlohmann::ordered_json;

// The patterns as tokenizer.json files state them; llama.cpp spells the same out for its own engine.
constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
    R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

struct Pattern {
  std::string_view name;
  std::string_view regex;
};
constexpr std::array<Pattern, 4> kPatterns{
    {{"gpt-2", kGpt2}, {"llama-bpe", kLlama3}, {"qwen2", kQwen2}, {"tekken", kTekken}}};

// Names that stand for the same split. The first of each kind is the one that is written.
struct Alias {
  std::string_view name;
  std::string_view same_as;
};
constexpr std::array<Alias, 18> kAliases{{{"llama3", "llama-bpe"},
                                          {"llama-v3", "llama-bpe"},
                                          {"falcon3", "llama-bpe"},
                                          {"pixtral", "llama-bpe"},
                                          {"smaug-bpe", "llama-bpe"},
                                          {"dbrx", "llama-bpe"},
                                          {"olmo", "gpt-2"},
                                          {"mpt", "gpt-2"},
                                          {"phi-2", "gpt-2"},
                                          {"jais", "gpt-2"},
                                          {"deepseek-r1-qwen", "qwen2"},
                                          {"stablelm2", "qwen2"},
                                          {"starcoder", "smollm"},
                                          {"refact", "smollm"},
                                          {"command-r", "smollm"},
                                          {"codeshell", "smollm"},
                                          {"exaone", "smollm"},
                                          {"minerva-7b", "smollm"}}};

bool is(const Json& component, std::string_view type) {
  const auto found = component.find("type");
  return found != component.end() && *found == type;
}

bool flag(const Json& component, const char* key, bool standard) {
  const auto found = component.find(key);
  return found != component.end() && found->is_boolean() ? found->get<bool>() : standard;
}

// A Sequence's parts, at any depth, one after another.
void flatten(const Json& component, std::vector<const Json*>& out) {
  if (!component.is_object()) return;
  const auto parts = component.find("pretokenizers");
  if (!is(component, "Sequence") || parts == component.end() || !parts->is_array())
    return out.push_back(&component);
  for (const Json& part : *parts) flatten(part, out);
}

// "" when `component` is no isolating split by a pattern.
std::string split_pattern(const Json& component) {
  const auto pattern = component.find("pattern");
  if (!is(component, "Split") || pattern == component.end() || !pattern->is_object()) return {};
  const auto regex = pattern->find("Regex");
  const auto behaviour = component.find("behavior");
  const bool isolates = behaviour != component.end() && *behaviour == "Isolated";
  const bool removes_the_rest =
      behaviour != component.end() && *behaviour == "Removed" && flag(component, "invert", false);
  if (regex == pattern->end() || !regex->is_string() || (!isolates && !removes_the_rest)) return {};
  return regex->get<std::string>();
}

Json byte_level(bool use_regex) {
  return {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}};
}

}  // namespace

std::optional<std::string> pre_name(const Json& pre_tokenizer) {
  std::vector<const Json*> parts;
  flatten(pre_tokenizer, parts);
  if (parts.empty() || !is(*parts.back(), "ByteLevel") || flag(*parts.back(), "add_prefix_space", true))
    return std::nullopt;
  const bool gpt2 = flag(*parts.back(), "use_regex", true);
  if (parts.size() == 1) return gpt2 ? std::optional<std::string>("gpt-2") : std::nullopt;
  if (parts.size() != 2) return std::nullopt;
  if (gpt2) {
    const bool digits = is(*parts[0], "Digits") && flag(*parts[0], "individual_digits", false);
    return digits ? std::optional<std::string>("smollm") : std::nullopt;
  }
  const std::string regex = split_pattern(*parts[0]);
  for (const Pattern& row : kPatterns) {
    if (row.regex == regex) return std::string(row.name);
  }
  return std::nullopt;
}

Json pre_tokenizer_of(std::string_view pre_name) {
  for (const Alias& row : kAliases) {
    if (row.name == pre_name) pre_name = row.same_as;
  }
  if (pre_name == "gpt-2") return byte_level(true);
  if (pre_name == "smollm") {
    return {{"type", "Sequence"},
            {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byte_level(true)}}};
  }
  for (const Pattern& row : kPatterns) {
    if (row.name != pre_name) continue;
    const Json split{{"type", "Split"},
                     {"pattern", {{"Regex", std::string(row.regex)}}},
                     {"behavior", "Isolated"},
                     {"invert", false}};
    return {{"type", "Sequence"}, {"pretokenizers", {split, byte_level(false)}}};
  }
  return nullptr;
}

bool is_byte_level(const Json& component) {
  std::vector<const Json*> parts;
  flatten(component, parts);
  return std::any_of(parts.begin(), parts.end(), [](const Json* part) { return is(*part, "ByteLevel"); });
}

}  // namespace tsugi::merge::gguf
