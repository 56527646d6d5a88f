// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One malformed model for each rule of the formats besides safetensors: PyTorch archives, GGUF files, folders
// of adapters.
#include <gtest/gtest.h>

#include "tests/support/malformed_model.h"
#include "tests/support/raw_pickle.h"

namespace tsugi::tests {
namespace {

const std::string kAgain = "; download the file again";

class MalformedFormat : public testing::TestWithParam<MalformedModel> {};

TEST_P(MalformedFormat, IsRefusedWithFileRuleAndCure) {
  EXPECT_EQ(told(GetParam()), GetParam().message);
}

// PyTorch archives: 'w' of six floats.

const std::string kSix = storage("FloatStorage", "0", 6);
const std::string kState = dict(str("w") + tensor(kSix, 0, num(6), num(1)));

RawZip archive(const std::string& pickle, const std::vector<RawEntry>& more = {}) {
  std::vector<RawEntry> entries{{"r/data.pkl", fmt::format("\x80\x02{}.", pickle)},
                                {"r/data/0", std::string(24, '\0')}};
  entries.insert(entries.end(), more.begin(), more.end());
  return raw_zip(entries);
}
Files pytorch(const std::string& bytes) {
  return {{"m/config.json", std::string(kTinyConfig)}, {"m/pytorch_model.bin", bytes}};
}
Files pickled(const std::string& pickle) {
  return pytorch(archive(pickle).bytes);
}

const std::string kPickle = "@m/pytorch_model.bin, data.pkl: ";
const std::string kPickleCure = "; save the weights again, as safetensors";
const std::string kTorchCure = "; load the weights with PyTorch and save them again, as safetensors";
const std::string kZipCure = "; save it again with torch.save, or better as safetensors";

const MalformedModel kTorchRows[] = {
    {"ForbiddenGlobal", pickled(global("os", "system") + tuple(str("true")) + "R"),
     kPickle + "byte 2: the pickle wants to run 'os.system': refused for safety" + kPickleCure},
    {"ForbiddenOpcode", pickled("(ios\nsystem\n"),
     kPickle + "byte 3: opcode INST (0x69) is refused for safety: a state dict does not need it" +
         kPickleCure},
    {"StorageBeyondItsEntry",
     pickled(dict(str("w") + tensor(storage("FloatStorage", "0", 7), 0, num(7), num(1)))),
     "@m/pytorch_model.bin: tensor 'w': storage '0' needs 7 elements of 4 bytes, its entry has 24 bytes" +
         kTorchCure},
    {"TensorBeyondItsStorage", pickled(dict(str("w") + tensor(kSix, 1, num(6), num(1)))),
     "@m/pytorch_model.bin: tensor 'w': shape [6], stride [1], offset 1 leave its storage of 6 elements" +
         kTorchCure},
    {"MissingStorage", pickled(dict(str("w") + tensor(storage("FloatStorage", "9", 6), 0, num(6), num(1)))),
     "@m/pytorch_model.bin: tensor 'w': the archive has no storage '9'" + kTorchCure},
    {"TensorTwice",
     pickled(dict(str("w") + tensor(kSix, 0, num(6), num(1)) + str("w") + tensor(kSix, 0, num(6), num(1)))),
     "@m/pytorch_model.bin: tensor 'w' stands twice in the pickle" + kTorchCure},
    {"NoStateDict", pickled("]"),
     "@m/pytorch_model.bin: holds something else than a state dict" + kTorchCure},
    {"TruncatedArchive", pytorch(archive(kState).bytes.substr(0, 100)),
     "@m/pytorch_model.bin: truncated zip archive: it has no end record" + kAgain},
    {"CompressedMember", pytorch(archive(kState, {{"r/data/1", "x", 8}}).bytes),
     "@m/pytorch_model.bin: entry 'r/data/1' is compressed, which torch.save does only for TorchScript "
     "programs" +
         kZipCure},
    {"EncryptedMember", pytorch(archive(kState, {{"r/data/1", "x", 0, 1}}).bytes),
     "@m/pytorch_model.bin: entry 'r/data/1' is encrypted" + kZipCure},
    {"MemberTwice", pytorch(archive(kState, {{"r/data/0", "x"}}).bytes),
     "@m/pytorch_model.bin: has two entries 'r/data/0'" + kZipCure},
    {"BigEndianMembers", pytorch(archive(kState, {{"r/byteorder", "big"}}).bytes),
     "@m/pytorch_model.bin: has byte order 'big', only little is read" + kTorchCure},
    {"Program", pytorch(archive(kState, {{"r/constants.pkl", ""}}).bytes),
     "@m/pytorch_model.bin: is a TorchScript program, not a state dict" + kTorchCure},
    {"OldFormat", pytorch("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e"),
     "@m/pytorch_model.bin: is in PyTorch's format from before 1.6, which is not read" + kTorchCure},
};
INSTANTIATE_TEST_SUITE_P(Torch, MalformedFormat, testing::ValuesIn(kTorchRows),
                         [](const auto& row) { return row.param.rule; });

// GGUF files, byte by byte: | magic, version (8) | tensors, keys (16) | keys | tensor infos | data.

std::string text(const std::string& value) {
  return little(std::uint64_t{value.size()}) + value;
}
/// A key with a value of a type's number.
std::string key(const std::string& name, std::uint32_t type, const std::string& value) {
  return text(name) + little(type) + value;
}
std::string count(const std::string& name, std::uint32_t value) {
  return key(name, 4, little(value));
}
const std::vector<std::string> kKeys{key("general.architecture", 8, text("llama")),
                                     count("llama.embedding_length", 2),
                                     count("llama.attention.head_count", 1),
                                     count("llama.feed_forward_length", 3),
                                     count("llama.context_length", 8),
                                     count("llama.block_count", 1),
                                     key("llama.attention.layer_norm_rms_epsilon", 6, little(0x3727c5acU))};

/// The info of an F32 matrix [rows, 2], 32 bytes of data at `offset`, but for what is said.
std::string info(const std::string& name, std::uint64_t offset, std::uint32_t type = 0,
                 std::uint64_t rows = 4) {
  return text(name) + little(std::uint32_t{2}) + little(std::uint64_t{2}) + little(rows) + little(type) +
         little(offset);
}
const std::vector<std::string> kInfos{info("token_embd.weight", 0), info("output.weight", 32)};

std::string gguf(const std::vector<std::string>& keys, const std::vector<std::string>& infos) {
  std::string bytes = "GGUF" + little(std::uint32_t{3}) + little(std::uint64_t{infos.size()}) +
                      little(std::uint64_t{keys.size()});
  for (const std::string& part : keys) bytes += part;
  for (const std::string& part : infos) bytes += part;
  bytes.resize((bytes.size() + 31) / 32 * 32 + 32 * infos.size());
  return bytes;
}
MalformedModel gguf_row(const char* rule, const std::string& bytes, const std::string& message) {
  return {rule, {{"m.gguf", bytes}}, "@m.gguf: " + message, "m.gguf"};
}
MalformedModel key_row(const char* rule, const std::string& more, const std::string& message) {
  std::vector<std::string> keys = kKeys;
  keys.push_back(more);
  return gguf_row(rule, gguf(keys, kInfos), message);
}
MalformedModel info_row(const char* rule, const std::string& second, const std::string& message) {
  return gguf_row(rule, gguf(kKeys, {kInfos[0], second}), message);
}

const std::string kFolder = "; use the folder the file was made from";

TEST(MalformedFormat, WholeFilesOpen) {
  EXPECT_EQ(told({"Torch", pickled(kState), ""}), "no error");
  EXPECT_EQ(told(gguf_row("Gguf", gguf(kKeys, kInfos), "")), "no error");
}

/// The keys with `replacement` in place of the one called `name`; "" for none.
std::vector<std::string> keys_with(const std::string& name, const std::string& replacement) {
  std::vector<std::string> keys;
  for (const std::string& part : kKeys) {
    const std::string& kept = part.rfind(text(name), 0) == 0 ? replacement : part;
    if (!kept.empty()) keys.push_back(kept);
  }
  return keys;
}

// Bytes in messages: keys are from 24 to 313, the infos to 370 and 423, data is from 448 to 512.
const MalformedModel kGgufRows[] = {
    gguf_row("Magic", "\x01\x02\x03\x04", "does not begin with 'GGUF' (byte 0)" + kAgain),
    gguf_row("GitLfsPointer", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n",
             "this is a Git LFS pointer: the file itself was not downloaded; run 'git lfs pull', or download "
             "the file again"),
    gguf_row("OldVersion", gguf(kKeys, kInfos).replace(4, 4, little(std::uint32_t{1})),
             "is of GGUF version 1, read are 2 and 3 (byte 8); convert the model with a newer llama.cpp"),
    gguf_row("TruncatedHeader", gguf(kKeys, kInfos).substr(0, 320),
             "is cut off in a tensor's name (byte 313)" + kAgain),
    gguf_row(
        "MoreTensorsThanBytes", gguf(kKeys, kInfos).replace(8, 8, little(~std::uint64_t{0})),
        "is cut off: 18446744073709551615 tensors do not fit into the 488 bytes that are left (byte 24)" +
            kAgain),
    key_row("ArrayBeyondTheFile", key("a.list", 9, little(std::uint32_t{8}) + little(std::uint64_t{1} << 40)),
            "is cut off: 1099511627776 values of an array do not fit into the 201 bytes that are left (byte "
            "343)" +
                kAgain),
    key_row("UnknownValueType", key("a.key", 13, ""),
            "a value is of the unknown type 13 (byte 330)" + kAgain),
    key_row("KeyTwice", count("llama.block_count", 1),
            "key 'llama.block_count' stands twice (byte 338)" + kAgain),
    key_row("OddAlignment", count("general.alignment", 24),
            "general.alignment is 24, no usable power of two (byte 456)" + kAgain),
    info_row(
        "UnknownTensorType", info("output.weight", 32, 23),
        "tensor 'output.weight' is stored as IQ4_XS, which is not read (byte 423); use a file of F32, F16, "
        "BF16, Q8_0, Q6_K, Q5_K, Q4_K, Q5_1, Q5_0, Q4_1 or Q4_0, or the original folder"),
    info_row("TensorTwice", info("token_embd.weight", 32),
             "tensor 'token_embd.weight' stands twice (byte 395)" + kAgain),
    info_row(
        "ImpossibleShape", info("output.weight", 32, 0, std::uint64_t{1} << 62),
        "tensor 'output.weight' has an impossible shape: an axis of 4611686018427387904 (byte 411)" + kAgain),
    info_row("OffsetWithAHole", info("output.weight", 64),
             "tensor 'output.weight' is said to lie at 64 of the data, expected 32, where the ones before it "
             "end (byte 423)" +
                 kAgain),
    info_row("DataBeyondTheFile", info("output.weight", 32, 0, 1000),
             "is cut off: tensor 'output.weight' ends at byte 8480, the file has 512 (byte 423)" + kAgain),
    info_row("TensorOfNoFamily", info("stray", 32),
             "tensor 'stray' is none that the family llama has" + kFolder),
    gguf_row(
        "UnknownFamily",
        gguf(keys_with("general.architecture", key("general.architecture", 8, text("bert"))), kInfos),
        "models of the architecture 'bert' are not read from GGUF; use the folder the file was made from; "
        "read are llama, qwen2, qwen3, gemma, gemma2, gemma3"),
    gguf_row("MissingKey", gguf(keys_with("llama.block_count", ""), kInfos),
             "key 'llama.block_count' is missing or no usable number" + kFolder),
    gguf_row("LayersAsText",
             gguf(keys_with("llama.block_count", key("llama.block_count", 8, text("1"))), kInfos),
             "key 'llama.block_count' is not a whole number of at least 0" + kAgain),
};
INSTANTIATE_TEST_SUITE_P(Gguf, MalformedFormat, testing::ValuesIn(kGgufRows),
                         [](const auto& row) { return row.param.rule; });

// Adapters: one of rank 1 for an up_proj [3, 2] of the tiny model.

const std::string kUp = "base_model.model.model.layers.0.mlp.up_proj";
const std::string kModule = "@a/adapter_model.safetensors: module 'model.layers.0.mlp.up_proj'";

Files adapted(std::string_view config = R"({"peft_type":"LORA","r":1,"lora_alpha":2})") {
  Files files = whole_model();
  files["a/adapter_config.json"] = config;
  files["a/adapter_model.safetensors"] =
      raw_model({{kUp + ".lora_A.weight", {1, 2}, 1}, {kUp + ".lora_B.weight", {3, 1}, 1}});
  return files;
}
MalformedModel adapter_row(const char* rule, Files files, const std::string& message) {
  return {rule, std::move(files), message, "m+a"};
}
/// An adapter of these factors.
MalformedModel factors_row(const char* rule, const std::vector<RawTensor>& factors,
                           const std::string& message) {
  return adapter_row(rule, with(adapted(), "a/adapter_model.safetensors", raw_model(factors)), message);
}

const std::string kWithPeft = "; merge it with PEFT (merge_and_unload) and pass the result";
const std::string kCorrect = "; correct adapter_config.json";
const std::string kSavedWith = "; use the adapter_config.json that was saved with these weights";
const std::string kPeftAgain = "; save the adapter again with PEFT's save_pretrained";
const std::string kBase = "; check that the adapter was trained on this base";

TEST(MalformedFormat, WholeAdaptersAreApplied) {
  EXPECT_EQ(told(adapter_row("Adapter", adapted(), "")), "no error");
}

const MalformedModel kAdapterRows[] = {
    {"AdapterAlone", adapted(),
     "@a: is an adapter (LoRA), not a whole model; name it behind its base model: MODEL+ADAPTER", "a"},
    adapter_row("NoConfig", without(adapted(), "a/adapter_config.json"),
                "@a: is no adapter: it has no adapter_config.json; behind '+' give the folder of a LoRA "
                "adapter"),
    adapter_row(
        "NoWeights", without(adapted(), "a/adapter_model.safetensors"),
        "@a: has adapter_config.json but no adapter_model.safetensors; download the adapter's weights "
        "too"),
    adapter_row(
        "ConfigIsNoJson", adapted("{"),
        "@a/adapter_config.json: invalid JSON at byte 1; the file is damaged: download it or write it "
        "again"),
    adapter_row("ConfigIsAList", adapted("[]"),
                "@a/adapter_config.json: is not an object; download the adapter again"),
    adapter_row(
        "UnknownKind", adapted(R"({"peft_type":"IA3"})"),
        "@a/adapter_config.json: peft_type is '\"IA3\"', only LORA (with DoRA and rsLoRA) is applied" +
            kWithPeft),
    adapter_row("NoKind", adapted("{}"),
                "@a/adapter_config.json: peft_type is missing, only LORA (with DoRA and rsLoRA) is applied" +
                    kWithPeft),
    adapter_row("StartThatChangedTheBase", adapted(R"({"peft_type":"LORA","init_lora_weights":"pissa"})"),
                "@a/adapter_config.json: init_lora_weights is 'pissa', so the training changed the base too; "
                "save it with PEFT's path_initial_model_for_weight_conversion and pass that adapter"),
    adapter_row("RankAsText", adapted(R"({"peft_type":"LORA","r":"1"})"),
                "@a/adapter_config.json: r is '\"1\"', expected a number" + kCorrect),
    adapter_row("RankZero", adapted(R"({"peft_type":"LORA","r":0})"),
                "@a/adapter_config.json: r is 0, expected a positive integer" + kCorrect),
    adapter_row("RankOfAnotherAdapter", adapted(R"({"peft_type":"LORA","r":2})"),
                kModule + " has rank 1, but @a/adapter_config.json says 2" + kSavedWith),
    adapter_row("DoraWithoutMagnitudes", adapted(R"({"peft_type":"LORA","r":1,"use_dora":true})"),
                kModule + " has no lora_magnitude_vector, but @a/adapter_config.json says use_dora: true" +
                    kSavedWith),
    factors_row("OneFactor", {{kUp + ".lora_A.weight", {1, 2}, 1}},
                kModule + " has lora_A but not lora_B" + kPeftAgain),
    factors_row("FactorsOfTwoRanks",
                {{kUp + ".lora_A.weight", {1, 2}, 1}, {kUp + ".lora_B.weight", {3, 2}, 1}},
                kModule + ": lora_A is [1, 2] and lora_B [3, 2], which do not share a rank" + kPeftAgain),
    factors_row(
        "FactorsOfAnotherBase", {{kUp + ".lora_A.weight", {1, 5}, 1}, {kUp + ".lora_B.weight", {3, 1}, 1}},
        kModule + ": lora_A [1, 5] and lora_B [3, 1] give [3, 5], but the base's weight is [3, 2]" + kBase),
    factors_row("TargetNotInTheBase", {{"x.lora_A.weight", {1, 2}, 1}, {"x.lora_B.weight", {3, 1}, 1}},
                "@a/adapter_model.safetensors: changes 'x.weight', which the base does not have" + kBase),
};
INSTANTIATE_TEST_SUITE_P(Adapter, MalformedFormat, testing::ValuesIn(kAdapterRows),
                         [](const auto& row) { return row.param.rule; });

}  // namespace
}  // namespace tsugi::tests
