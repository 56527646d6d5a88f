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

/// "heads*head" or "hidden/heads" -> its names.
std::vector<std::string> names_in(std::string_view expression, char separator) {
  std::vector<std::string> names(1);
  for (const char c : expression) {
    if (c == separator) {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
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
      if (source.find('/') != std::string::npos) {
        check_dimensions(names_in(source, '/'), dimension_names(architecture), entry.value);
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

DecoderTraits read_decoder(const YamlMapping& top) {
  DecoderTraits traits;
  const YamlMapping::Entry* entry = top.find("decoder");
  if (entry == nullptr) return traits;
  const KnownKeys known{.keys = {"norm", "activation", "rope"}, .unadvertised = {}};
  const YamlMapping mapping(entry->value, "decoder", known, {});
  read_trait(traits.norm, mapping, "norm", {"rms"});
  read_trait(traits.activation, mapping, "activation", {"silu"});
  read_trait(traits.rope, mapping, "rope", {"half"});
  return traits;
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
    const KnownKeys known{.keys = {"role", "name", "shape", "tied_to"}, .unadvertised = {}};
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
      check_dimensions(names_in(size, '*'), dimensions_, need(mapping, "shape"));
    if (const auto* tied = mapping.find("tied_to")) {
      row.tied_to = tied->value.text("tied_to");
      if (roles_.count(row.tied_to) == 0 || row.tied_to == row.role) {
        const std::vector<std::string> known_roles(roles_.begin(), roles_.end());
        tied->value.refuse("tied_to", "the role of a row above", suggestion(row.tied_to, known_roles));
      }
    }
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
  const KnownKeys known{
      .keys = {"architecture", "classes", "dims", "layers", "decoder", "before", "each_layer", "after"},
      .unadvertised = {}};
  const YamlMapping top(root, "an architecture", known, {});
  Architecture architecture;
  architecture.family = need(top, "architecture").text("architecture");
  architecture.classes = read_texts(need(top, "classes"), "classes");
  read_dimensions(architecture, need(top, "dims"));
  architecture.layers = need(top, "layers").text("layers");
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
