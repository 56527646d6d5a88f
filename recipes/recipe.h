// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A merge recipe as a plain value: mergekit's YAML, read strictly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/dtype.h"
#include "recipes/error.h"
#include "recipes/parameter_setting.h"

namespace tsugi::recipes {

/// A model as the recipe writes it. Two references are the same model when their resolved folders are equal.
struct ModelReference {
  std::string text;
  Mark mark;

  bool operator==(const ModelReference& other) const { return text == other.text; }
};

/// One entry of `models:`.
struct ModelEntry {
  ModelReference model;
  ParameterMap parameters;
};

/// One entry of `slices[].sources:`; layers [begin, end) of the model, counted from 0.
struct SliceSource {
  ModelReference model;
  int begin = 0;
  int end = 0;
  ParameterMap parameters;
  Mark range_mark;
};

/// One entry of `slices:`; all sources have equally many layers.
struct Slice {
  std::vector<SliceSource> sources;
  std::optional<ModelReference> base_model;
  ParameterMap parameters;
  Mark mark;
};

/// An entry of `modules:`, one part of a model of several (a language model and its vision tower). Exactly
/// one of `models` and `slices` is non-empty.
struct Module {
  std::string name;
  Mark mark;
  std::vector<ModelEntry> models = {};
  std::vector<Slice> slices = {};
  ParameterMap parameters = {};  ///< between those of a slice and those of the recipe
};

/// Where the row of a token comes from in models that lack it, or with `force` in all of them.
enum class TokenRow {
  standard,     ///< the rules for tokens that are not listed
  same_token,   ///< the row that `model` has for this token
  model_token,  ///< the row that `model` has for `other_token`, or its row `other_id`
  zero
};

/// An entry of `tokenizer.tokens:`.
struct TokenSetting {
  std::string token;
  TokenRow row = TokenRow::standard;
  std::optional<ModelReference> model = {};     ///< of same_token and model_token
  std::optional<std::string> other_token = {};  ///< of model_token exactly one of these two
  std::optional<std::int64_t> other_id = {};
  bool force = false;
  Mark mark = {};
};

/// `tokenizer:`, or mergekit's older `tokenizer_source:`. Which vocabulary the output has, and where rows of
/// tokens come from.
struct TokenizerSpec {
  enum class Source { all_models, base, model };  ///< union, base, a model reference
  Source source = Source::all_models;
  std::optional<ModelReference> model = {};  ///< of Source::model
  std::vector<TokenSetting> tokens = {};     ///< as in the file
  std::optional<std::int64_t> pad_to_multiple_of = {};
  Mark mark = {};
};

/// `chat_template:`: "auto", the name of one in recipes/chat_templates, or a Jinja template.
struct ChatTemplate {
  std::string text;
  Mark mark;
};

/// Exactly one of `models`, `slices` and `modules` is non-empty.
struct Recipe {
  std::string merge_method;
  Mark method_mark;
  std::vector<ModelEntry> models;
  std::vector<Slice> slices;
  std::vector<Module> modules;  ///< as in the file
  std::optional<ModelReference> base_model;
  ParameterMap parameters;
  std::optional<DType> dtype;  ///< inputs are first rounded to this type
  std::optional<DType>
      out_dtype;  ///< stored type; without it dtype, else the common type of a tensor's inputs
  std::optional<std::uint64_t> seed;
  std::optional<TokenizerSpec> tokenizer;     ///< without it all models must share one vocabulary
  std::optional<ChatTemplate> chat_template;  ///< without it the donor's
  std::string name;  ///< of a document among several in one file (recipe_graph.h); "" for none
  Mark name_mark;
  std::string file;         ///< where it was read; relative model paths are tried from there second
  std::string source_text;  ///< byte for byte, for the output folder; "" for a recipe made by a program
};

/// Whether unknown keys are errors or collected as notes.
enum class Strictness { strict, lenient };

/// Reads the one recipe of a file. Throws InputError with file:line:column. Under `lenient` unknown keys are
/// appended to `notes`.
Recipe read_recipe(const std::filesystem::path& file, Strictness strictness = Strictness::strict,
                   std::vector<std::string>* notes = nullptr);
Recipe parse_recipe(std::string_view text, const std::string& file,
                    Strictness strictness = Strictness::strict, std::vector<std::string>* notes = nullptr);

/// Equal in what they say; places, file and source text do not count.
bool operator==(const ModelEntry& a, const ModelEntry& b);
bool operator==(const SliceSource& a, const SliceSource& b);
bool operator==(const Slice& a, const Slice& b);
bool operator==(const Module& a, const Module& b);
bool operator==(const TokenSetting& a, const TokenSetting& b);
bool operator==(const TokenizerSpec& a, const TokenizerSpec& b);
bool operator==(const ChatTemplate& a, const ChatTemplate& b);
bool operator==(const Recipe& a, const Recipe& b);

/// YAML that mergekit and parse_recipe read back to an equal recipe. Numbers round-trip exactly; comments and
/// aliases of a file that was read are not kept (they are in source_text).
std::string to_yaml(const Recipe& recipe);

}  // namespace tsugi::recipes
