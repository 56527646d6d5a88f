// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/recipe_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> found;
  for (const Recipe& recipe : parse_recipe_graph(text, "r.yaml").steps) found.push_back(recipe.name);
  return found;
}

std::string error_of(std::string_view text) {
  return tests::message_of([&] { parse_recipe_graph(text, "r.yaml"); });
}

std::string document(const std::string& name, const std::string& model) {
  return (name.empty() ? "" : "name: " + name + "\n") + "merge_method: linear\nmodels: [{model: " + model +
         "}]\n";
}

TEST(RecipeGraph, OneDocumentIsOneStep) {
  const RecipeGraph graph = parse_recipe_graph(document("", "a"), "r.yaml");
  ASSERT_THAT(graph.steps, SizeIs(1));
  EXPECT_EQ(graph.final_step(), parse_recipe(document("", "a"), "r.yaml"));
  EXPECT_EQ(names(document("x", "a")), std::vector<std::string>{"x"});
}

TEST(RecipeGraph, TheUnnamedDocumentIsTheFinalOne) {
  const std::string text = document("", "second") + "---\n" + document("second", "first") + "---\n" +
                           document("first", "models/a");
  EXPECT_THAT(names(text), ElementsAre("first", "second", ""));
  const RecipeGraph graph = parse_recipe_graph(text, "r.yaml");
  EXPECT_EQ(graph.final_step().source_text, text);
  EXPECT_EQ(graph.steps[0].models[0].model.mark.text(), "r.yaml:10:18");
}

TEST(RecipeGraph, OrTheLast) {
  EXPECT_THAT(names(document("b", "a") + "---\n" + document("a", "m") + "---\n" + document("c", "b")),
              ElementsAre("a", "b", "c"));
}

TEST(RecipeGraph, ReferencesCountWhereModelsStandOnly) {
  // A document called as a method, a type and the union breaks nothing (it does in mergekit-multi).
  EXPECT_THAT(
      names("name: linear\nmerge_method: linear\nmodels: [{model: union}]\ntokenizer: {source: union}\n"
            "---\n" +
            document("union", "m") + "---\n" + document("", "linear")),
      ElementsAre("union", "linear", ""));
}

TEST(RecipeGraph, EveryPlaceOfAModelCounts) {
  for (const char* use :
       {"base_model: x\nmodels: [{model: m}]\n", "slices: [{sources: [{model: x, layer_range: [0, 1]}]}]\n",
        "slices: [{base_model: x, sources: [{model: m, layer_range: [0, 1]}]}]\n",
        "modules: {default: {models: [{model: x}]}}\n", "models: [{model: {model: {path: x}}}]\n",
        "models: [{model: m}]\ntokenizer: {source: x}\n",
        "models: [{model: m}]\ntokenizer: {tokens: {a: {source: x}}}\n"}) {
    const std::string text = std::string("name: y\nmerge_method: linear\n") + use + "---\n" +
                             document("x", "m") + "---\n" + document("", "y");
    EXPECT_THAT(names(text), ElementsAre("x", "y", "")) << use;
  }
}

TEST(RecipeGraph, EmptyDocumentsAreSkippedWithANote) {
  std::vector<std::string> notes;
  const RecipeGraph graph =
      parse_recipe_graph("---\n---\n" + document("", "a") + "---\n", "r.yaml", Strictness::strict, &notes);
  EXPECT_THAT(graph.steps, SizeIs(1));
  EXPECT_THAT(notes, ElementsAre("r.yaml: document 1 is empty and skipped",
                                 "r.yaml: document 3 is empty and skipped"));
  EXPECT_EQ(error_of("---\n---\n"),
            "r.yaml: an empty file, expected a recipe; start from one in recipes/library");
}

TEST(RecipeGraph, NamesAreTheirOwn) {
  EXPECT_EQ(
      error_of(document("x", "a") + "---\n" + document("x", "b") + "---\n" + document("", "x")),
      "r.yaml:5:7: name 'x' for the second time (first in line 1); give each document a name of its own");
  EXPECT_EQ(
      error_of(document("", "a") + "---\n" + document("", "b")),
      "r.yaml:4:15: a second recipe without 'name' (the first has merge_method in line 1); name all but "
      "the final merge, for example name: step1");
  for (const char* name : {"a/b", "..", "'.'", "'a\\b'"}) {
    EXPECT_THAT(error_of(document(name, "a") + "---\n" + document("", "b")),
                StartsWith("r.yaml:1:7: name '"));
  }
  EXPECT_EQ(error_of(document("a+b", "a") + "---\n" + document("", "b")),
            "r.yaml:1:7: name 'a+b' with a character that model references use; leave out '+' and '@'");
}

TEST(RecipeGraph, NamesThatAreFolders) {
  const tests::TemporaryFolder folder;
  folder.write("taken/x", "");
  const auto file = folder.write("r.yaml", document("taken", "a") + "---\n" + document("", "taken"));
  EXPECT_THAT(tests::message_of([&] { read_recipe_graph(file); }),
              StartsWith(file.string() + ":1:7: name 'taken' is also the path of something that exists"));
}

TEST(RecipeGraph, Circles) {
  EXPECT_EQ(
      error_of(document("x", "x") + "---\n" + document("", "x")),
      "r.yaml:3:18: 'x' takes its own result as input; let every merge use results of others that do not "
      "need it");
  EXPECT_EQ(error_of(document("x", "y") + "---\n" + document("y", "x") + "---\n" + document("", "x")),
            "r.yaml:7:18: 'x' is waited for here and waits for this itself; let every merge use results of "
            "others that do not need it");
  EXPECT_EQ(
      error_of(document("x", "y") + "---\n" + document("y", "m")),
      "r.yaml:3:18: 'y' is the last document and so the final merge, but its result is used here; put the "
      "final merge last, or leave its name out");
}

TEST(RecipeGraph, ErrorsInAnyDocument) {
  EXPECT_EQ(error_of(document("x", "a") + "---\n" + document("", "x") + "dype: float16\n"),
            "r.yaml:7:1: unknown key 'dype'; did you mean 'dtype'?");
  EXPECT_THAT(error_of(document("x", "a") + "---\nexperts: []\n"),
              StartsWith("r.yaml:5:1: this is a mergekit-moe file ('experts')"));
}

}  // namespace
}  // namespace tsugi::recipes
