// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;
using tests::message_of;

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  std::string result = text.substr(0, at);
  result.append(to);
  return result.append(text.substr(at + from.size()));
}

/// A whole small file; `from` in it is replaced by `to` for the error cases.
std::string small(const std::string& from = "", const std::string& to = "") {
  const std::string text = R"(architecture: small
classes: [SmallForCausalLM]
dims: {hidden: hidden_size, heads: n_head, head: [head_dim, hidden/heads]}
layers: n_layer
before: [{role: embed, name: embed.weight, shape: [heads, hidden]}]
each_layer: [{role: attn.q, name: "h.{i}.q", shape: [heads*head, hidden]}]
after: [{role: unembed, name: head, shape: [heads, hidden], tied_to: embed}]
)";
  return replaced(text, from, to);
}

std::string error_of(const std::string& from, const std::string& to) {
  return message_of([&] { parse_architecture(small(from, to), "a.yaml"); });
}

TEST(ParseArchitecture, ReadsAllFields) {
  const Architecture architecture = parse_architecture(small(), "a.yaml");
  EXPECT_EQ(architecture.family, "small");
  EXPECT_THAT(architecture.classes, ElementsAre("SmallForCausalLM"));
  ASSERT_THAT(architecture.dims, SizeIs(3));
  EXPECT_EQ(architecture.dims[0].first, "hidden") << "in the order of the file";
  EXPECT_THAT(architecture.dims[2].second, ElementsAre("head_dim", "hidden/heads"));
  EXPECT_EQ(architecture.layers, "n_layer");
  EXPECT_EQ(architecture.decoder.norm, "rms");
  EXPECT_EQ(architecture.each_layer.at(0).name, "h.{i}.q");
  EXPECT_THAT(architecture.each_layer.at(0).shape, ElementsAre("heads*head", "hidden"));
  EXPECT_EQ(architecture.each_layer.at(0).tied_to, "");
  EXPECT_EQ(architecture.after.at(0).tied_to, "embed");
}

TEST(ParseArchitecture, IsStrict) {
  EXPECT_EQ(error_of("layers:", "layer:"), "a.yaml:4:1: unknown key 'layer'; did you mean 'layers'?");
  EXPECT_EQ(error_of("role: attn.q", "rol: attn.q"), "a.yaml:6:15: unknown key 'rol'; did you mean 'role'?");
  EXPECT_THAT(error_of("layers: n_layer\n", ""), StartsWith("a.yaml:1:1: an architecture has no 'layers'"));
  EXPECT_THAT(error_of("name: embed.weight, ", ""), StartsWith("a.yaml:5:10: a row has no 'name'"));
  EXPECT_EQ(error_of("[heads*head, hidden]", "[heads*haed, hidden]"),
            "a.yaml:6:53: unknown dimension 'haed'; did you mean 'head'?");
  EXPECT_THAT(error_of("hidden/heads", "hidden/kv"), StartsWith("a.yaml:3:50: unknown dimension 'kv'"));
  EXPECT_THAT(error_of("tied_to: embed", "tied_to: embedding"),
              StartsWith("a.yaml:7:70: tied_to is 'embedding', expected the role"));
  EXPECT_THAT(error_of("tied_to: embed", "tied_to: unembed"), StartsWith("a.yaml:7:70: tied_to is 'unembed'"))
      << "itself";
  EXPECT_THAT(error_of("role: unembed", "role: embed"),
              StartsWith("a.yaml:7:16: role is 'embed', expected one that no other row"));
  EXPECT_THAT(error_of("name: head,", "name: embed.weight,"),
              StartsWith("a.yaml:7:31: name is 'embed.weight', expected one"));
  EXPECT_THAT(error_of("h.{i}.q", "h.q"),
              StartsWith("a.yaml:6:35: name is 'h.q', expected '{i}' for the layer number"));
  EXPECT_THAT(error_of("embed.weight", "\"embed.{i}\""),
              StartsWith("a.yaml:5:30: name is 'embed.{i}', expected no '{i}'"));
  EXPECT_THAT(error_of("shape: [heads, hidden]}]", "shape: []}]"),
              StartsWith("a.yaml:5:51: shape is an empty list"));
  EXPECT_EQ(
      error_of("layers: n_layer\n", "layers: n_layer\ndecoder: {norm: leyer}\n"),
      "a.yaml:5:17: norm is 'leyer', expected a word that the decoder understands; did you mean 'layer'?");
}

TEST(Architectures, LlamaIsAsTransformersWritesIt) {
  const Architecture* llama = find_architecture("LlamaForCausalLM");
  ASSERT_NE(llama, nullptr);
  EXPECT_EQ(llama->family, "llama");
  EXPECT_EQ(llama->layers, "num_hidden_layers");
  std::vector<std::string> roles;
  for (const auto* rows : {&llama->before, &llama->each_layer, &llama->after}) {
    for (const ArchitectureRow& row : *rows) roles.push_back(row.role);
  }
  EXPECT_THAT(roles,
              testing::IsSupersetOf({"embed", "norm.attn", "attn.q", "attn.k", "attn.v", "attn.o", "norm.mlp",
                                     "mlp.gate", "mlp.up", "mlp.down", "norm.final", "unembed"}));
  EXPECT_EQ(find_architecture("NoSuchClass"), nullptr);
}

/// The tensor names in a safetensors header: every quoted key before a '{', which is enough for a plain
/// header.
std::set<std::string> tensor_names(const std::string& file) {
  std::set<std::string> names;
  const std::string end = "\":{\"dtype\"";
  for (std::size_t at = file.find(end); at != std::string::npos; at = file.find(end, at + 1)) {
    const std::size_t start = file.rfind('"', at - 1) + 1;
    names.insert(file.substr(start, at - start));
  }
  return names;
}

TEST(Architectures, LlamaNamesEveryTensorOfTheBundledModels) {
  const Architecture& llama = *find_architecture("LlamaForCausalLM");
  std::set<std::string> expected;
  for (const ArchitectureRow& row : llama.before) expected.insert(row.name);
  for (int layer = 0; layer < 8; ++layer) {
    for (const ArchitectureRow& row : llama.each_layer) {
      if (row.when.empty()) expected.insert(replaced(row.name, "{i}", std::to_string(layer)));
    }
  }
  for (const ArchitectureRow& row : llama.after) {
    if (row.tied_to.empty())
      expected.insert(row.name);  // the bundled models tie their head and do not store it
  }
  const auto file = std::filesystem::path(TSUGI_ROOT) / "recipes/pocket/base/model.safetensors";
  EXPECT_EQ(tensor_names(tests::read_text(file).substr(0, 100'000)), expected);
}

TEST(Architectures, EveryEmbeddedFileIsInOrder) {
  const auto folder = std::filesystem::path(TSUGI_ROOT) / "recipes/architectures";
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.insert(entry.path().stem().string());
  std::set<std::string> families;
  std::set<std::string> classes;
  std::string last;
  for (const Architecture& architecture : architectures()) {
    EXPECT_LT(last, architecture.family) << "sorted by name, no family twice";
    last = architecture.family;
    families.insert(architecture.family);
    for (const std::string& name : architecture.classes) {
      EXPECT_TRUE(classes.insert(name).second) << name << " is in two files";
      EXPECT_EQ(find_architecture(name), &architecture);
    }
    EXPECT_FALSE(architecture.before.empty()) << architecture.family;
    EXPECT_FALSE(architecture.each_layer.empty()) << architecture.family;
    EXPECT_FALSE(architecture.after.empty()) << architecture.family;
  }
  EXPECT_EQ(families, files) << "a file is named after its family, and all are embedded";
}

}  // namespace
}  // namespace tsugi::recipes
