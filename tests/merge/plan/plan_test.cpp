// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// From recipes to inputs, numbers and types; what is refused stands in plan_errors_test.cpp.
#include "merge/plan.h"

#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kUp2 = "model.layers.2.mlp.up_proj.weight";
constexpr const char* kEmbed = "model.embed_tokens.weight";
constexpr const char* kNorm = "model.norm.weight";

class Plan : public PlanFixture {
 protected:
  double weight(const merge::MergePlan& plan, const std::string& name, std::size_t model = 0) {
    return tensor(plan, name).settings.per_model.at(model).at(0);
  }
};

TEST_F(Plan, OrdersBeforeLayersAfter) {
  const auto p = plan(R"(
merge_method: linear
models:
  - {model: "@a", parameters: {weight: 1}}
  - {model: "@b", parameters: {weight: 3}}
)");
  EXPECT_THAT(
      names(p),
      ElementsAre(kEmbed, "model.layers.0.mlp.up_proj.weight", "model.layers.0.self_attn.q_proj.weight",
                  "model.layers.1.mlp.up_proj.weight", "model.layers.1.self_attn.q_proj.weight", kUp2,
                  "model.layers.2.self_attn.q_proj.weight", "model.layers.3.mlp.up_proj.weight",
                  "model.layers.3.self_attn.q_proj.weight", kNorm));
  EXPECT_EQ(p.tensors[0].role, "before");
  EXPECT_EQ(p.tensors[5].role, "layer 2");
  EXPECT_EQ(p.tensors[9].role, "after");
  EXPECT_EQ(p.tensors[5].output.index, 5);
  EXPECT_EQ(p.tensors[5].output.shape, (merge::Shape{3, 2}));
  EXPECT_FLOAT_EQ(merged(p, kUp2), 3.5);  // (2 + 3 * 4) / 4
  const std::size_t values = 4 * 2 + 2 + 4 * (3 * 2 + 2 * 2);
  EXPECT_EQ(p.bytes_out, 4 * values);
  EXPECT_EQ(p.bytes_in, 2 * 4 * values);
  EXPECT_EQ(p.inputs.size(), 2);
  EXPECT_EQ(p.donor, p.inputs[0]);
}

TEST_F(Plan, FindsTheBaseWhereverItStands) {
  for (const char* models :
       {R"([{model: "@a"}, {model: "@b"}])", R"([{model: "@a"}, {model: "@base"}, {model: "@b"}])"}) {
    const auto p =
        plan(std::string(
                 "merge_method: task_arithmetic\nbase_model: \"@base\"\nparameters: {weight: 1}\nmodels: ") +
             models);
    ASSERT_NE(tensor(p, kUp2).base, nullptr);
    EXPECT_EQ(tensor(p, kUp2).models.size(), 2);
    EXPECT_EQ(p.donor->folder().filename(), "base");
    EXPECT_FLOAT_EQ(merged(p, kUp2), 5);  // 1 + (2-1) + (4-1)
  }
}

TEST_F(Plan, BaseThatAMethodDoesNotReadIsOneMoreInput) {
  const auto p = plan(R"(
merge_method: linear
base_model: "@base"
models: [{model: "@a"}, {model: "@b"}]
parameters: {weight: 1}
)");
  EXPECT_EQ(tensor(p, kUp2).base, nullptr);
  EXPECT_FLOAT_EQ(merged(p, kUp2), 7.0F / 3);
}

// The gradient of the specification: [0, .5, .3, .7, 1] at t = i/(L-1).
TEST_F(Plan, GradientsRunOverTheSlice) {
  const auto p = plan(R"(
merge_method: linear
models:
  - {model: "@a", parameters: {weight: [1, 2, 4]}}
  - {model: "@b", parameters: {weight: 1}}
)");
  // t = 0, 1/3, 2/3, 1 over three points: s = 0, 2/3, 4/3, 2
  EXPECT_DOUBLE_EQ(weight(p, "model.layers.0.mlp.up_proj.weight"), 1);
  EXPECT_DOUBLE_EQ(weight(p, "model.layers.1.mlp.up_proj.weight"), 1 + 2.0 / 3);
  EXPECT_DOUBLE_EQ(weight(p, kUp2), 2 + 2.0 / 3);
  EXPECT_DOUBLE_EQ(weight(p, "model.layers.3.mlp.up_proj.weight"), 4);
  EXPECT_DOUBLE_EQ(weight(p, kEmbed), 1);
  EXPECT_DOUBLE_EQ(weight(p, kNorm), 1);
  EXPECT_THAT(p.notes, Contains(HasSubstr("'weight' is a gradient")));
}

TEST_F(Plan, SliceOfOneLayerIsItsEnd) {
  const auto p = plan(R"(
merge_method: passthrough
slices:
  - sources: [{model: "@a", layer_range: [0, 1], parameters: {scale: [1, 5]}}]
)");
  EXPECT_DOUBLE_EQ(weight(p, "model.layers.0.mlp.up_proj.weight"), 5);
  EXPECT_DOUBLE_EQ(weight(p, kNorm), 1);
}

TEST_F(Plan, ModelsEntryBeatsSliceBeatsRecipeBeatsDefault) {
  const auto p = plan(R"(
merge_method: passthrough
parameters: {scale: 7}
slices:
  - sources: [{model: "@a", layer_range: [0, 1], parameters: {scale: [{filter: mlp, value: 2}]}}]
    parameters: {scale: [{filter: mlp, value: 3}, {filter: self_attn, value: 4}]}
  - sources: [{model: "@a", layer_range: [1, 2]}]
)");
  EXPECT_EQ(weight(p, "model.layers.0.mlp.up_proj.weight"), 2);
  EXPECT_EQ(weight(p, "model.layers.0.self_attn.q_proj.weight"), 4);
  EXPECT_EQ(weight(p, kEmbed), 7);
  EXPECT_EQ(weight(p, "model.layers.1.mlp.up_proj.weight"), 7);
  const auto q = plan(R"(
merge_method: passthrough
models: [{model: "@a", parameters: {scale: [{filter: mlp, value: 2}]}}]
)");
  EXPECT_EQ(weight(q, kEmbed), 1);
}

// Filters of per-model parameters see the name in that model, those of global ones the name in the output.
TEST_F(Plan, FiltersSeeTheNamesOfTheirLevel) {
  const auto p = plan(R"(
merge_method: task_arithmetic
base_model: "@base"
slices:
  - sources:
      - {model: "@base", layer_range: [2, 4]}
      - {model: "@a", layer_range: [2, 4], parameters: {weight: [{filter: layers.2., value: 5}, {value: 1}]}}
    parameters: {lambda: [{filter: layers.0., value: 2}, {value: 1}]}
)");
  EXPECT_EQ(weight(p, "model.layers.0.mlp.up_proj.weight"), 5);
  EXPECT_EQ(weight(p, "model.layers.1.mlp.up_proj.weight"), 1);
  EXPECT_FLOAT_EQ(merged(p, "model.layers.0.mlp.up_proj.weight"), 1 + 2 * 5 * (2 - 1));
}

TEST_F(Plan, SlicesStackLayersAndSettleTheConfig) {
  TinyModel a = TinyModel::llama(4, 2);
  a.config["layer_types"] = {"w", "x", "y", "z"};
  a.config["eos_token_id"] = {0, 1, 2, 3};  // as long as the model is deep, by chance
  a.write(folder / "a");
  TinyModel c = TinyModel::llama(6, 8);
  c.config["layer_types"] = {"w", "x", "y", "z", "u", "v"};
  c.write(folder / "c");
  const auto p = plan(R"(
merge_method: passthrough
slices:
  - sources: [{model: "@a", layer_range: [0, 3]}]
  - sources: [{model: "@c", layer_range: [4, 6]}]
  - sources: [{model: "@a", layer_range: [3, 4]}]
)");
  EXPECT_EQ(p.tensors.size(), 1 + 6 * 2 + 1);
  EXPECT_FLOAT_EQ(merged(p, "model.layers.3.mlp.up_proj.weight"), 8);
  EXPECT_EQ(tensor(p, "model.layers.3.mlp.up_proj.weight").models[0]->name,
            "model.layers.4.mlp.up_proj.weight");
  EXPECT_FLOAT_EQ(merged(p, "model.layers.5.mlp.up_proj.weight"), 2);
  EXPECT_EQ(p.config.layers(), 6);
  EXPECT_EQ(p.config.document()["layer_types"], nlohmann::ordered_json({"w", "x", "y", "u", "v", "z"}));
  EXPECT_EQ(p.config.document()["eos_token_id"].size(), 4);
}

// Used on purpose: an empty slice chooses embedding, or norm and head.
TEST_F(Plan, EmptySlicesChooseTheEnds) {
  const auto p = plan(R"(
merge_method: passthrough
slices:
  - sources: [{model: "@b", layer_range: [0, 0]}]
  - sources: [{model: "@a", layer_range: [0, 2]}]
  - sources: [{model: "@base", layer_range: [4, 4]}]
)");
  EXPECT_FLOAT_EQ(merged(p, kEmbed), 4);
  EXPECT_FLOAT_EQ(merged(p, "model.layers.1.mlp.up_proj.weight"), 2);
  EXPECT_FLOAT_EQ(merged(p, kNorm), 1);
  EXPECT_EQ(p.config.layers(), 2);
}

// mergekit drops models of a last slice that is longer than the first; here none is lost.
TEST_F(Plan, LastSliceGivesAllItsModelsToTheEnd) {
  const auto p = plan(R"(
merge_method: linear
parameters: {weight: 1}
slices:
  - sources: [{model: "@a", layer_range: [0, 2]}]
  - sources: [{model: "@a", layer_range: [2, 4]}, {model: "@b", layer_range: [2, 4]}]
)");
  EXPECT_FLOAT_EQ(merged(p, kEmbed), 2);
  EXPECT_FLOAT_EQ(merged(p, kNorm), 3);
}

TEST_F(Plan, OneModelMayMeetItselfInASlice) {
  TinyModel a = TinyModel::llama(4, 2);
  a.fill("model.layers.3.mlp.up_proj.weight", {3, 2}, 10);
  a.write(folder / "a");
  const auto p = plan(R"(
merge_method: linear
slices:
  - sources:
      - {model: "@a", layer_range: [0, 1], parameters: {weight: 1}}
      - {model: "@a", layer_range: [3, 4], parameters: {weight: 3}}
)");
  EXPECT_FLOAT_EQ(merged(p, "model.layers.0.mlp.up_proj.weight"), 8);  // (2 + 3 * 10) / 4
}

TEST_F(Plan, BaseJoinsASliceOfOneRange) {
  const std::string recipe = R"(
merge_method: task_arithmetic
base_model: "@base"
parameters: {weight: 1}
slices:
  - sources: [{model: "@a", layer_range: [1, 3]}, {model: "@b", layer_range: [1, 3]}]
)";
  EXPECT_FLOAT_EQ(merged(plan(recipe), "model.layers.0.mlp.up_proj.weight"), 5);
  EXPECT_THAT(
      notes(recipe),
      Contains("slice 1: base '@base' is not among the sources; its layers 1 to 3 are used as theirs are"));
}

TEST_F(Plan, TypesFollowOutDtypeThenDtypeThenTheCommonType) {
  write("a", TinyModel::llama(4, 2, DType::BF16));
  write("b", TinyModel::llama(4, 4, DType::F16));
  const auto type = [&](const std::string& extra, const std::string& models) {
    const auto p = plan("merge_method: linear\nparameters: {weight: 1}\n" + extra + "\nmodels: " + models);
    EXPECT_EQ(p.config.dtype(), tensor(p, kUp2).output.dtype);
    return tensor(p, kUp2).output.dtype;
  };
  const std::string both = R"([{model: "@a"}, {model: "@b"}])";
  EXPECT_EQ(type("", R"([{model: "@a"}])"), DType::BF16);
  EXPECT_EQ(type("", both), DType::F32);
  EXPECT_EQ(type("dtype: float16", both), DType::F16);
  EXPECT_EQ(type("dtype: float16\nout_dtype: bfloat16", both), DType::BF16);
  EXPECT_EQ(
      tensor(plan("merge_method: linear\nparameters: {weight: 1}\ndtype: float16\nmodels: " + both), kUp2)
          .work_type,
      DType::F16);
  EXPECT_THAT(notes("merge_method: linear\nparameters: {weight: 1}\nmodels: " + both),
              Contains(HasSubstr("different types: the output is F32")));
}

TEST_F(Plan, HeadIsWrittenWhenAnyModelHasOne) {
  TinyModel untied = TinyModel::llama(4, 2);
  untied.config["tie_word_embeddings"] = false;
  untied.fill("lm_head.weight", {4, 2}, 10);
  untied.write(folder / "a");
  const std::string models = R"([{model: "@a"}, {model: "@b"}])";
  const auto p = plan("merge_method: linear\nparameters: {weight: 1}\nbase_model: \"@b\"\nmodels: " + models);
  EXPECT_FLOAT_EQ(merged(p, "lm_head.weight"), 7);  // a's head 10 and b's embedding 4
  EXPECT_EQ(p.config.tied(), false);
  EXPECT_EQ(tensor(p, "lm_head.weight").role, "after");
  const auto tied =
      plan("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: \"@base\"}, {model: \"@b\"}]");
  EXPECT_EQ(tied.config.tied(), true);
  EXPECT_THAT(names(tied), testing::Not(Contains("lm_head.weight")));
}

TEST_F(Plan, TensorOfSomeModelsIsMergedOverThose) {
  TinyModel biased = TinyModel::llama(4, 2);
  biased.fill("model.layers.1.self_attn.q_proj.bias", {2}, 6);
  biased.write(folder / "a");
  const std::string linear =
      "merge_method: linear\nparameters: {weight: .5}\nmodels: [{model: \"@a\"}, {model: \"@b\"}]";
  EXPECT_FLOAT_EQ(merged(plan(linear), "model.layers.1.self_attn.q_proj.bias"), 6);
  EXPECT_THAT(notes(linear),
              Contains("tensor 'model.layers.1.self_attn.q_proj.bias' is only in '@a': merged over the "
                       "models that have it"));
  const std::string slerp =
      "merge_method: slerp\nparameters: {t: .5}\nbase_model: \"@b\"\nmodels: [{model: \"@a\"}]";
  EXPECT_FLOAT_EQ(merged(plan(slerp), "model.layers.1.self_attn.q_proj.bias"), 6);
  const std::string ties =
      "merge_method: ties\nparameters: {weight: 1}\nbase_model: \"@a\"\nmodels: [{model: \"@b\"}]";
  EXPECT_FLOAT_EQ(merged(plan(ties), "model.layers.1.self_attn.q_proj.bias"), 6);
}

TEST_F(Plan, IntegerTensorsAreCopied) {
  for (const char* name : {"a", "b"}) {
    TinyModel model = TinyModel::llama(4, 2);
    model.fill("model.position_ids", {3}, 5, DType::I64);
    model.write(folder / name);
  }
  const auto p = plan(
      "merge_method: linear\nparameters: {weight: 1}\ndtype: bfloat16\nmodels: [{model: \"@a\"}, {model: "
      "\"@b\"}]");
  EXPECT_EQ(tensor(p, "model.position_ids").method, nullptr);
  EXPECT_EQ(tensor(p, "model.position_ids").output.dtype, DType::I64);
  MemorySink sink;
  merge::execute(p, sink);
  EXPECT_EQ(sink.raw.at("model.position_ids")[8], std::byte{5});
}

TEST_F(Plan, StacksOfAnotherDepthAreNoLayers) {
  TinyModel model = TinyModel::llama(4, 2);
  model.fill("vision.blocks.0.w", {2}, 3);
  model.fill("vision.blocks.1.w", {2}, 5);
  model.write(folder / "a");
  const auto p = plan(R"(
merge_method: passthrough
slices: [{sources: [{model: "@a", layer_range: [1, 3]}]}]
)");
  EXPECT_EQ(tensor(p, "vision.blocks.1.w").role, "after");
  EXPECT_EQ(p.config.layers(), 2);
}

TEST_F(Plan, NotesParametersWithoutEffect) {
  EXPECT_THAT(notes(R"(
merge_method: slerp
base_model: "@base"
models: [{model: "@base", parameters: {weight: 3}}, {model: "@a"}]
parameters: {t: 1.5, int8_mask: true, density: 3}
)"),
              testing::UnorderedElementsAre(
                  "'int8_mask' has no effect on slerp", "'density' has no effect on slerp",
                  "'weight' has no effect on slerp", "parameters of the base '@base' are not read by slerp",
                  "slerp: t outside [0, 1] extrapolates"));
}

TEST_F(Plan, NotesThatTheDonorIsTheFirstModel) {
  EXPECT_THAT(
      notes("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: \"@b\"}, {model: \"@a\"}]"),
      ElementsAre("the recipe names no base_model: config and tokenizer come from its first model, @b"));
}

TEST_F(Plan, FingerprintsNameValues) {
  const auto fingerprint = [&](const std::string& head, double weight = .5) {
    const auto p = plan(head + "\nmodels: [{model: \"@a\"}, {model: \"@b\"}]\nparameters: {weight: " +
                        std::to_string(weight) + "}");
    return std::pair(tensor(p, kUp2).output.fingerprint, tensor(p, kUp2).inputs_fingerprint);
  };
  const std::string ties = "merge_method: ties\nbase_model: \"@base\"";
  const auto first = fingerprint(ties);
  EXPECT_EQ(fingerprint(ties), first);
  EXPECT_EQ(fingerprint(ties + "\nseed: 5"), first);  // ties draws nothing
  EXPECT_NE(fingerprint(ties, .25).first, first.first);
  EXPECT_EQ(fingerprint(ties, .25).second, first.second);
  EXPECT_NE(fingerprint(ties + "\nout_dtype: bfloat16").first, first.first);
  EXPECT_NE(fingerprint(ties + "\ndtype: float16\nout_dtype: float32").first, first.first);
  EXPECT_NE(fingerprint(ties + "\ndtype: float16\nout_dtype: float32").second, first.second);
  EXPECT_NE(fingerprint("merge_method: linear\nbase_model: \"@base\"").first, first.first);
  const auto p = plan(ties + "\nmodels: [{model: \"@a\"}, {model: \"@b\"}]\nparameters: {weight: .5}");
  EXPECT_NE(tensor(p, "model.layers.1.mlp.up_proj.weight").output.fingerprint, first.first);
}

TEST_F(Plan, CopyTakesEverythingAsItIs) {
  const auto checkpoint = merge::Checkpoint::open(folder / "c");
  const auto p = merge::plan_copy(checkpoint);
  EXPECT_EQ(p.tensors.size(), checkpoint->tensors().size());
  EXPECT_EQ(p.config.layers(), 6);
  EXPECT_EQ(p.donor, checkpoint);
  EXPECT_FLOAT_EQ(merged(p, "model.layers.5.mlp.up_proj.weight"), 8);
  EXPECT_EQ(tensor(p, kUp2).output.dtype, DType::F32);
  const auto rounded = merge::plan_copy(checkpoint, DType::BF16);
  EXPECT_EQ(tensor(rounded, kUp2).output.dtype, DType::BF16);
  EXPECT_EQ(rounded.config.dtype(), DType::BF16);
}

}  // namespace
}  // namespace tsugi::tests
