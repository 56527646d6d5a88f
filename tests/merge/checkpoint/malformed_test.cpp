// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One malformed model folder for each rule of the format: safetensors files, indexes, config.json. Every
// message names the file, the tensor, the rule and the cure. Other formats: malformed_formats_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/malformed_model.h"

namespace tsugi::tests {
namespace {

const std::string kAgain = "; download the file again";
const std::string kSaveAgain =
    "; the file is damaged or its writer was: save it again with the safetensors library";
const std::string kDamaged = "; the file is damaged: download it or write it again";
const std::string kOriginal = "; use the original, unquantised weights";
const std::string kSuit = "; pair the weights with the config.json they were saved with";
const std::string kSaves = "; index and shards are of different saves: download all of them again";

Files weights(std::string_view bytes) {
  return with(whole_model(), "m/model.safetensors", bytes);
}
Files header(std::string_view json, std::size_t data = 0) {
  return weights(raw_safetensors(json, std::string(data, 'x')));
}
/// A file of one F32 tensor 'w' but for what is said.
Files one(std::string_view shape, std::string_view offsets, std::string_view dtype = "F32",
          std::size_t data = 4) {
  return header(
      fmt::format(R"({{"w":{{"dtype":"{}","shape":{},"data_offsets":{}}}}})", dtype, shape, offsets), data);
}
/// A file of two F32 tensors of one element, 'v' and 'w', the second somewhere.
Files two(std::string_view second, std::string_view name = "w") {
  return header(fmt::format(R"({{"v":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},)"
                            R"("{}":{{"dtype":"F32","shape":[1],"data_offsets":{}}}}})",
                            name, second),
                12);
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}
/// The tiny model with another word in its config.json.
Files config(std::string_view from, std::string_view to) {
  return with(whole_model(), "m/config.json", changed(std::string(kTinyConfig), from, to));
}
Files tensors(const std::vector<RawTensor>& more) {
  std::vector<RawTensor> all = tiny_tensors();
  all.insert(all.end(), more.begin(), more.end());
  return weights(raw_model(all));
}

const std::string kFirst = "m/model-00001-of-00002.safetensors";
const std::string kSecond = "m/model-00002-of-00002.safetensors";
const std::string kIndex = "m/model.safetensors.index.json";

/// The tiny model in two shards of an index.
Files sharded() {
  const std::vector<RawTensor> all = tiny_tensors();
  std::string map;
  for (std::size_t i = 0; i < all.size(); ++i) {
    map +=
        fmt::format(R"({}"{}":"{}")", i == 0 ? "" : ",", all[i].name, (i < 2 ? kFirst : kSecond).substr(2));
  }
  return {{"m/config.json", std::string(kTinyConfig)},
          {kFirst, raw_model({all.begin(), all.begin() + 2})},
          {kSecond, raw_model({all.begin() + 2, all.end()})},
          {kIndex, fmt::format(R"({{"metadata":{{"total_size":60}},"weight_map":{{{}}}}})", map)}};
}
Files index(std::string_view from, std::string_view to) {
  Files files = sharded();
  return with(files, kIndex, changed(files[kIndex], from, to));
}
Files second_shard(std::size_t first, std::size_t end, const std::vector<RawTensor>& more = {}) {
  const std::vector<RawTensor> all = tiny_tensors();
  std::vector<RawTensor> some(all.begin() + static_cast<std::ptrdiff_t>(first),
                              all.begin() + static_cast<std::ptrdiff_t>(end));
  some.insert(some.end(), more.begin(), more.end());
  return with(sharded(), kSecond, raw_model(some));
}

class MalformedCheckpoint : public testing::TestWithParam<MalformedModel> {};

TEST_P(MalformedCheckpoint, IsRefusedWithFileRuleAndCure) {
  EXPECT_EQ(told(GetParam()), GetParam().message);
}

// The folders that the rows break one thing of.
TEST(MalformedCheckpoint, WholeModelsOpen) {
  EXPECT_EQ(told({"Whole", whole_model(), ""}), "no error");
  EXPECT_EQ(told({"Sharded", sharded(), ""}), "no error");
}

const MalformedModel kFileRows[] = {
    {"NoHeader", weights("\x01\x02\x03"),
     "@m/model.safetensors: truncated: a safetensors file needs 8 bytes, has 3" + kAgain},
    {"HeaderBeyondTheFile", weights(std::string("\x36\x01\0\0\0\0\0\0{\"w\":", 13)),
     "@m/model.safetensors: truncated: the header needs 318 bytes, the file has 13" + kAgain},
    {"HeaderAboveTheLimit", weights(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10)),
     "@m/model.safetensors: not a safetensors file: its header would have 100000001 bytes, at most 100000000 "
     "are allowed" +
         kAgain},
    {"HeaderLengthOverflows", weights("\xff\xff\xff\xff\xff\xff\xff\xff{}"),
     "@m/model.safetensors: not a safetensors file: its header would have 18446744073709551615 bytes, at "
     "most "
     "100000000 are allowed" +
         kAgain},
    {"HeaderIsAList", header("[1,2]   "),
     "@m/model.safetensors: not a safetensors file: its header is not a JSON object at byte 8" + kAgain},
    {"HeaderIsNoJson", header(R"({"w":{"dtype":"F3)"),
     "@m/model.safetensors: invalid JSON at byte 25" + kDamaged},
    {"HeaderIsNoUtf8", header("{\"a\xff\":1}"), "@m/model.safetensors: invalid UTF-8 at byte 11" + kDamaged},
    {"HeaderGoesOn", header(std::string("{}\0\0\0\0\0\0", 8)),
     "@m/model.safetensors: zero byte in JSON at byte 10" + kDamaged},
    {"HeaderNestsTooDeep", header(R"({"w":{"x":)" + std::string(127, '[') + std::string(127, ']') + "}}"),
     "@m/model.safetensors: JSON nested deeper than 128 levels at byte 144" + kDamaged},
    {"MetadataIsNoObject", header(R"({"__metadata__":3})"),
     "@m/model.safetensors: __metadata__ is not an object" + kSaveAgain},
    {"MetadataHoldsANumber", header(R"({"__metadata__":{"epoch":1}})"),
     "@m/model.safetensors: __metadata__ holds a value that is not a string" + kSaveAgain},
    {"MetadataTwice", header(R"({"__metadata__":{},"__metadata__":{}})"),
     "@m/model.safetensors: __metadata__ stands twice, at bytes 9 and 27" + kSaveAgain},
    {"TensorTwice", two("[4,8]", "v"),
     "@m/model.safetensors: tensor 'v' stands twice in the header, at bytes 9 and 62" + kSaveAgain},
    {"FieldTwice", one("[1],\"dtype\":\"F16\"", "[0,4]"),
     "@m/model.safetensors: tensor 'w' (byte 9): key 'dtype' stands twice, at bytes 14 and 40" + kSaveAgain},
    {"NameOfControlCharacters", two("[4,8]", R"(a\u0007)"),
     R"(@m/model.safetensors: tensor 'a\x07' (byte 62): its name holds control characters)" + kSaveAgain},
    {"NoShape", header(R"({"w":{"dtype":"F32","data_offsets":[0,4]}})", 4),
     "@m/model.safetensors: tensor 'w' (byte 9): shape is missing" + kSaveAgain},
    {"UnknownType", one("[1]", "[0,4]", "F12"),
     "@m/model.safetensors: tensor 'w' (byte 9): unknown dtype 'F12'" + kSaveAgain},
    {"NegativeShape", one("[-1]", "[0,4]"),
     "@m/model.safetensors: tensor 'w' (byte 9): shape holds -1, expected integers from 0 to 2^63-1" +
         kSaveAgain},
    {"FractionInShape", one("[1.5]", "[0,4]"),
     "@m/model.safetensors: tensor 'w' (byte 9): shape holds 1.5, expected integers from 0 to 2^63-1" +
         kSaveAgain},
    {"ShapeOverflows", one("[4294967296,4294967296]", "[0,4]"),
     "@m/model.safetensors: tensor 'w' (byte 9): shape [4294967296, 4294967296] of F32 overflows 64 bits" +
         kSaveAgain},
    {"TooManyAxes", one("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"),
     "@m/model.safetensors: tensor 'w' (byte 9): more than 16 dimensions" + kSaveAgain},
    {"HalfAByte", one("[3]", "[0,2]", "F4", 2),
     "@m/model.safetensors: tensor 'w' (byte 9): shape [3] of F4 is 12 bits, not a whole number of bytes" +
         kSaveAgain},
    {"ThreeOffsets", one("[1]", "[0,4,8]"),
     "@m/model.safetensors: tensor 'w' (byte 9): data_offsets holds more than two numbers" + kSaveAgain},
    {"OffsetsDescend", one("[1]", "[8,4]", "F32", 8),
     "@m/model.safetensors: tensor 'w' (byte 9): data_offsets end at 4 before they begin at 8" + kSaveAgain},
    {"OffsetsDoNotFitTheShape", one("[2]", "[0,4]"),
     "@m/model.safetensors: tensor 'w' (byte 9): shape [2] of F32 needs 8 bytes, data_offsets [0, 4] hold 4" +
         kSaveAgain},
    {"Overlap", two("[2,6]"),
     "@m/model.safetensors: tensor 'w' (byte 62): its data begins at 2, overlapping tensor 'v' (byte 9), "
     "which ends at 4" +
         kSaveAgain},
    {"Hole", two("[8,12]"),
     "@m/model.safetensors: tensor 'w' (byte 62): its data begins at 8, with a hole after tensor 'v' (byte "
     "9), which ends at 4" +
         kSaveAgain},
    {"DataBeyondTheFile", one("[2]", "[0,8]"),
     "@m/model.safetensors: truncated: needs 70 bytes, has 66" + kAgain},
    {"BytesAfterTheData", one("[1]", "[0,4]", "F32", 9),
     "@m/model.safetensors: 5 unexpected bytes at the end, from byte 66 (not a valid safetensors file)" +
         kAgain},
};
INSTANTIATE_TEST_SUITE_P(File, MalformedCheckpoint, testing::ValuesIn(kFileRows),
                         [](const auto& row) { return row.param.rule; });

const MalformedModel kFolderRows[] = {
    {"NoFiles",
     {{"m/notes.txt", "x"}},
     "@m: has no weights: neither model.safetensors.index.json, model.safetensors, "
     "pytorch_model.bin.index.json nor pytorch_model.bin; pass a model folder in Hugging Face layout"},
    {"NoTensors", header("{}"), "@m/model.safetensors: holds no tensors; download the weights again"},
    {"GitLfsPointer", weights("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n"),
     "@m/model.safetensors: this is a Git LFS pointer: the file itself was not downloaded; run 'git lfs "
     "pull', "
     "or download the file again"},
    {"WebPage", weights("<!DOCTYPE html>\n<html>"),
     "@m/model.safetensors: this is a web page: the file itself was not downloaded" + kAgain},
    {"NoIndex", without(sharded(), kIndex),
     "@m: has numbered shards but no model.safetensors.index.json; download the index too"},
    {"MissingShard", without(sharded(), kSecond),
     "@m/model.safetensors.index.json: 1 of 2 shards present, missing or no regular file: "
     "'model-00002-of-00002.safetensors'; download the missing shards"},
    {"IndexIsNoJson", with(sharded(), kIndex, "{"),
     "@m/model.safetensors.index.json: invalid JSON at byte 1" + kDamaged},
    {"IndexWithoutMap", with(sharded(), kIndex, "{}"),
     "@m/model.safetensors.index.json: has no weight_map object; download the index again, or write the "
     "model "
     "again"},
    {"IndexNamesATensorTwice", with(sharded(), kIndex, R"({"weight_map":{"a":"x","a":"y"}})"),
     "@m/model.safetensors.index.json: key 'a' stands twice, at bytes 15 and 23; keep one of them"},
    {"IndexReachesOutOfTheFolder", index("\"model-00001", "\"../model-00001"),
     "@m/model.safetensors.index.json: weight_map of 'lm_head.weight' names "
     "'../model-00001-of-00002.safetensors', expected a plain file name; download the index again, or write "
     "the model again"},
    {"IndexOfNumbers", with(sharded(), kIndex, R"({"weight_map":{"a":3}})"),
     "@m/model.safetensors.index.json: weight_map of 'a' is not a file name; download the index again, or "
     "write the model again"},
    {"TensorNotInItsShard", second_shard(2, 4),
     "@m/model.safetensors.index.json: tensor 'model.norm.weight' is not in shard "
     "'model-00002-of-00002.safetensors'" +
         kSaves},
    {"TensorInAnotherShard", second_shard(1, 5),
     "@m/model.safetensors.index.json: tensor 'model.embed_tokens.weight' is in shard "
     "'model-00002-of-00002.safetensors', but the index says 'model-00001-of-00002.safetensors'" +
         kSaves},
    {"TensorNotInTheIndex", second_shard(2, 5, {{"stray", {1}, 0}}),
     "@m/model.safetensors.index.json: tensor 'stray' is in shard 'model-00002-of-00002.safetensors', but "
     "the "
     "index does not list it" +
         kSaves},
};
INSTANTIATE_TEST_SUITE_P(Folder, MalformedCheckpoint, testing::ValuesIn(kFolderRows),
                         [](const auto& row) { return row.param.rule; });

Files quantised(std::string_view method) {
  return config("{", fmt::format(R"({{"quantization_config":{{"quant_method":"{}"}},)", method));
}

const MalformedModel kConfigRows[] = {
    {"NoConfig", without(whole_model(), "m/config.json"),
     "@m: has weights but no config.json; download config.json too"},
    {"ConfigIsNoJson", with(whole_model(), "m/config.json", "architectures: x"),
     "@m/config.json: invalid JSON at byte 0" + kDamaged},
    {"ConfigIsAList", with(whole_model(), "m/config.json", "[]"),
     "@m/config.json: is not a JSON object; pass a model folder with its own config.json"},
    {"ConfigKeyTwice", with(whole_model(), "m/config.json", R"({"a":1,"a":2})"),
     "@m/config.json: key 'a' stands twice, at bytes 1 and 7; keep one of them"},
    {"NoArchitecture", config(R"("architectures":["LlamaForCausalLM"],)", ""),
     "@m/config.json: architectures is missing, expected a list of exactly one class name; complete "
     "config.json, for example \"architectures\": [\"LlamaForCausalLM\"]"},
    {"LayersAsText", config("layers\":2", "layers\":\"two\""),
     "@m/config.json: num_hidden_layers is '\"two\"', expected a number of layers; correct config.json"},
    {"LayersNegative", config("layers\":2", "layers\":-2"),
     "@m/config.json: num_hidden_layers is '-2', expected a number of layers; correct config.json"},
    {"LayersOfAnotherModel", config("layers\":2", "layers\":3"),
     "@m/config.json: says 3 layers, but the tensors 'model.layers'.N of @m/model.safetensors have 2" +
         kSuit},
    {"LayerWithoutTensors", tensors({{"model.layers.3.mlp.up_proj.weight", {3, 2}, 1}}),
     "@m/model.safetensors: layer 2 of 'model.layers' has no tensors, expected layers 0 to 1 "
     "(@m/config.json)" +
         kSuit},
    {"VocabularyOfAnotherModel", config("vocab_size\":4", "vocab_size\":5"),
     "@m/config.json: says vocab_size 5, but 'model.embed_tokens.weight' of @m/model.safetensors has 4 rows" +
         kSuit},
    {"VocabularyAsText", config("vocab_size\":4", "vocab_size\":\"4\""),
     "@m/config.json: vocab_size is '\"4\"', expected a whole number; correct config.json"},
    {"TieAsText", config("embeddings\":false", "embeddings\":\"no\""),
     "@m/config.json: tie_word_embeddings is '\"no\"', expected true or false; correct config.json"},
    {"TiedHeadThatDiffers", config("embeddings\":false", "embeddings\":true"),
     "@m/config.json: says that the head is tied, but @m/model.safetensors has a lm_head.weight that differs "
     "from 'model.embed_tokens.weight'; set tie_word_embeddings to false to use the stored head, or remove "
     "it "
     "from the file"},
    {"Gptq", quantised("gptq"),
     "@m/config.json: quantised checkpoint: quantization_config has quant_method 'gptq'; its weights are "
     "packed integers with zero points" +
         kOriginal},
    {"Awq", quantised("awq"),
     "@m/config.json: quantised checkpoint: quantization_config has quant_method 'awq'; its weights are "
     "packed integers with zero points" +
         kOriginal},
    {"Bitsandbytes", quantised("bitsandbytes"),
     "@m/config.json: quantised checkpoint: quantization_config has quant_method 'bitsandbytes'; its weights "
     "are codes that bitsandbytes alone takes apart" +
         kOriginal},
    {"QuantisedByNames", tensors({{"model.layers.0.mlp.up_proj.qweight", {1}, 1}}),
     "@m/model.safetensors: quantised checkpoint: it has tensor 'model.layers.0.mlp.up_proj.qweight' (packed "
     "integers, as GPTQ and AWQ write them)" +
         kOriginal},
    {"EightBitsWithoutScale", one("[4]", "[0,4]", "F8_E4M3"),
     "@m/model.safetensors: tensor 'w' has type F8_E4M3, which cannot be merged without a scale, "
     "'w_scale_inv' or 'w_scale'; download the checkpoint again, or use the original, unquantised weights"},
    {"ComplexNumbers", one("[1]", "[0,8]", "C64", 8),
     "@m/model.safetensors: tensor 'w' has type C64, which cannot be merged; pass a model of type F32, F16, "
     "BF16 or F64"},
};
INSTANTIATE_TEST_SUITE_P(Config, MalformedCheckpoint, testing::ValuesIn(kConfigRows),
                         [](const auto& row) { return row.param.rule; });

}  // namespace
}  // namespace tsugi::tests
