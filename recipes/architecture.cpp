// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/architecture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "recipes/yaml_value.h"

namespace tsugi::recipes {
namespace {

struct EmbeddedText {
  std::string_view stem;
  std::string_view text;
};

constexpr EmbeddedText kEmbedded[] = {
#include "architectures.inc"
};

constexpr std::string_view kLayerNumber = "{i}";

const YamlValue& need(const YamlMapping& mapping, std::string_view key) {
  return mapping.need(key, "it as in recipes/architectures/llama.yaml");
}

std::vector<std::string> read_texts(const YamlValue& value, const std::string& what) {
  std::vector<std::string> texts;
  for (const YamlValue& item : value.list(what))
    texts.push_back(item.text(fmt::format("an entry of {}", what)));
  if (texts.empty()) value.refuse(what, "at least one entry", "add one");
  return texts;
}

bool is_count(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "heads*head+2*kv*head" -> heads, head, kv, head: the names, without the numbers.
std::vector<std::string> names_in(std::string_view expression) {
  std::vector<std::string> names(1);
  for (const char c : expression) {
    if (c == '*' || c == '/' || c == '+') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  std::erase_if(names, is_count);
  return names;
}

std::vector<std::string> dimension_names(const Architecture& architecture) {
  std::vector<std::string> names;
  for (const auto& dimension : architecture.dims) names.push_back(dimension.first);
  return names;
}

void check_dimensions(const std::vector<std::string>& used, const std::vector<std::string>& known,
                      const YamlValue& place) {
  for (const std::string& name : used) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw InputError(place.mark(), fmt::format("unknown dimension '{}'", name), suggestion(name, known));
  }
}

void read_dimensions(Architecture& architecture, const YamlValue& value) {
  for (const auto& entry : YamlMapping(value, "dims").entries()) {
    const std::string what = fmt::format("dims.{}", entry.key);
    std::vector<std::string> sources = entry.value.is_list()
                                           ? read_texts(entry.value, what)
                                           : std::vector<std::string>{entry.value.text(what)};
    for (const std::string& source : sources) {
      if (source.find_first_of("*/+") != std::string::npos) {
        check_dimensions(names_in(source), dimension_names(architecture), entry.value);
      }
    }
    architecture.dims.emplace_back(entry.key, std::move(sources));
  }
}

/// One of the words that the decoder understands.
void read_trait(std::string& trait, const YamlMapping& mapping, std::string_view key,
                const std::vector<std::string>& words) {
  const YamlMapping::Entry* entry = mapping.find(key);
  if (entry == nullptr) return;
  trait = entry->value.text(key);
  if (std::find(words.begin(), words.end(), trait) == words.end()) {
    entry->value.refuse(key, "a word that the decoder understands", suggestion(trait, words));
  }
}

/// A key of config.json.
void read_key(std::string& trait, const YamlMapping& mapping, std::string_view key) {
  if (const YamlMapping::Entry* entry = mapping.find(key)) trait = entry->value.text(key);
}

void read_keys(std::vector<std::string>& trait, const YamlMapping& mapping, std::string_view key) {
  if (const YamlMapping::Entry* entry = mapping.find(key)) {
    trait = entry->value.is_list() ? read_texts(entry->value, std::string(key))
                                   : std::vector<std::string>{entry->value.text(key)};
  }
}

DecoderTraits read_decoder(const YamlMapping& top) {
  DecoderTraits traits;
  const YamlMapping::Entry* entry = top.find("decoder");
  if (entry == nullptr) return traits;
  const KnownKeys known{.keys = {"norm", "norm_eps", "activation", "positions", "rotary", "no_rope", "qkv",
                                 "attention_scale", "attention_cap", "logit_cap", "embedding", "window",
                                 "windowed", "parallel", "sparse", "normalise_experts"},
                        .unadvertised = {}};
  const YamlMapping mapping(entry->value, "decoder", known, {});
  read_trait(traits.norm, mapping, "norm", {"rms", "rms_plus_one", "layer"});
  read_key(traits.norm_eps, mapping, "norm_eps");
  read_keys(traits.activation, mapping, "activation");
  read_trait(traits.positions, mapping, "positions", {"rope", "learned"});
  read_keys(traits.rotary, mapping, "rotary");
  read_keys(traits.no_rope, mapping, "no_rope");
  read_trait(traits.qkv, mapping, "qkv", {"stacked", "by_head"});
  read_key(traits.attention_scale, mapping, "attention_scale");
  read_key(traits.attention_cap, mapping, "attention_cap");
  read_key(traits.logit_cap, mapping, "logit_cap");
  read_trait(traits.embedding, mapping, "embedding", {"plain", "root_hidden"});
  read_key(traits.window, mapping, "window");
  read_trait(traits.windowed, mapping, "windowed",
             {"all", "even", "pattern", "upper", "even_lower", "unrotated"});
  read_key(traits.parallel, mapping, "parallel");
  read_trait(traits.sparse, mapping, "sparse", {"none", "all", "step"});
  read_key(traits.normalise_experts, mapping, "normalise_experts");
  return traits;
}

/// A boolean or a number where it reads as one, else text.
std::vector<ConfigValue> read_config_values(const YamlMapping& top, std::string_view block) {
  std::vector<ConfigValue> values;
  const YamlMapping::Entry* block_entry = top.find(block);
  if (block_entry == nullptr) return values;
  for (const auto& entry : YamlMapping(block_entry->value, block).entries()) {
    const std::string text = entry.value.text(entry.key);
    if (text == "true" || text == "false") {
      values.push_back({entry.key, text == "true"});
    } else if (const std::optional<double> number = number_in(text)) {
      values.push_back({entry.key, *number});
    } else {
      values.push_back({entry.key, text});
    }
  }
  return values;
}

/// The rows of one block of a file, and what has been named so far in the whole file.
class RowReader {
 public:
  explicit RowReader(const Architecture& architecture) : dimensions_(dimension_names(architecture)) {}

  std::vector<ArchitectureRow> read(const YamlMapping& top, std::string_view block, bool in_layer) {
    std::vector<ArchitectureRow> rows;
    const YamlMapping::Entry* entry = top.find(block);
    if (entry == nullptr) return rows;
    for (const YamlValue& item : entry->value.list(block)) rows.push_back(row(item, in_layer));
    return rows;
  }

 private:
  ArchitectureRow row(const YamlValue& value, bool in_layer) {
    const KnownKeys known{.keys = {"role", "name", "shape", "tied_to", "when", "transposed"},
                          .unadvertised = {}};
    const YamlMapping mapping(value, "a row", known, {});
    ArchitectureRow row;
    row.role = unique(need(mapping, "role"), "role", roles_);
    row.name = unique(need(mapping, "name"), "name", names_);
    if ((row.name.find(kLayerNumber) != std::string::npos) != in_layer) {
      need(mapping, "name")
          .refuse("name", in_layer ? "'{i}' for the layer number in it" : "no '{i}' outside each_layer",
                  "compare with recipes/architectures/llama.yaml");
    }
    row.shape = read_texts(need(mapping, "shape"), "shape");
    for (const std::string& size : row.shape)
      check_dimensions(names_in(size), dimensions_, need(mapping, "shape"));
    if (const auto* tied = mapping.find("tied_to")) {
      row.tied_to = tied->value.text("tied_to");
      if (roles_.count(row.tied_to) == 0 || row.tied_to == row.role) {
        const std::vector<std::string> known_roles(roles_.begin(), roles_.end());
        tied->value.refuse("tied_to", "the role of a row above", suggestion(row.tied_to, known_roles));
      }
    }
    read_key(row.when, mapping, "when");
    if (const auto* transposed = mapping.find("transposed"))
      row.transposed = transposed->value.boolean("transposed");
    return row;
  }

  static std::string unique(const YamlValue& value, std::string_view what, std::set<std::string>& seen) {
    std::string text = value.text(what);
    if (!seen.insert(text).second)
      value.refuse(what, "one that no other row has", "remove or rename this row");
    return text;
  }

  std::vector<std::string> dimensions_;
  std::set<std::string> roles_;
  std::set<std::string> names_;
};

std::vector<Architecture> parse_embedded() {
  std::vector<Architecture> parsed;
  for (const EmbeddedText& file : kEmbedded) {
    parsed.push_back(parse_architecture(file.text, fmt::format("architectures/{}.yaml", file.stem)));
  }
  std::sort(parsed.begin(), parsed.end(), [](const auto& a, const auto& b) { return a.family < b.family; });
  return parsed;
}

}  // namespace

Architecture parse_architecture(std::string_view text, const std::string& file) {
  const YamlValue root(load_yaml(text, file), file);
  const KnownKeys known{.keys = {"architecture", "classes", "dims", "layers", "defaults", "expected",
                                 "prefix", "decoder", "before", "each_layer", "after"},
                        .unadvertised = {}};
  const YamlMapping top(root, "an architecture", known, {});
  Architecture architecture;
  architecture.family = need(top, "architecture").text("architecture");
  architecture.classes = read_texts(need(top, "classes"), "classes");
  read_dimensions(architecture, need(top, "dims"));
  architecture.layers = need(top, "layers").text("layers");
  architecture.defaults = read_config_values(top, "defaults");
  architecture.expected = read_config_values(top, "expected");
  read_key(architecture.prefix, top, "prefix");
  architecture.decoder = read_decoder(top);
  RowReader rows(architecture);
  architecture.before = rows.read(top, "before", false);
  architecture.each_layer = rows.read(top, "each_layer", true);
  architecture.after = rows.read(top, "after", false);
  return architecture;
}

std::span<const Architecture> architectures() {
  static const std::vector<Architecture> all = parse_embedded();
  return all;
}

const Architecture* find_architecture(std::string_view class_name) {
  for (const Architecture& architecture : architectures()) {
    const auto& classes = architecture.classes;
    if (std::find(classes.begin(), classes.end(), class_name) != classes.end()) return &architecture;
  }
  return nullptr;
}

}  // namespace tsugi::recipes
