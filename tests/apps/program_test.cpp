// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The program as users run it, on the bundled experts.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "evolve/archive.h"
#include "tests/support/evolve_program.h"
#include "tests/support/run_program.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kRoot = TSUGI_ROOT;
using Evolve = EvolveProgram;

const std::string kTasks = (kRoot / "recipes/pocket/tasks").string();

std::vector<std::string> eval_arguments(const std::string& model, const std::string& threads) {
  return {"eval",           model,  "--tasks",   "pocket_math_ja,pocket_choice_ja",
          "--include_path", kTasks, "--threads", threads,
          "--limit",        "40"};
}

TEST(Program, UsesNoMoreThreadsThanAllowed) {
  const std::string model = (kRoot / "recipes/pocket/ja").string();
  const Finished one = run_program(eval_arguments(model, "1"));
  const Finished two = run_program(eval_arguments(model, "2"));
  ASSERT_EQ(one.code, 0) << one.err;
  ASSERT_EQ(two.code, 0) << two.err;
  EXPECT_EQ(one.most_threads, 1);
  EXPECT_LE(two.most_threads, 2);  // OpenMP inside libraries adds none
  EXPECT_EQ(one.out, two.out);
}

// Every recipe that users start from merges, and what comes out can be looked at and scored.
TEST(Program, LibraryRecipesRun) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "recipes/library")) {
    ++count;
    const TemporaryFolder folder;
    const std::string out = (folder / "out").string();
    const Finished merged = run_program({"merge", entry.path().string(), out, "--quiet"});
    ASSERT_EQ(merged.code, 0) << entry.path() << merged.err;
    const Finished seen = run_program({"inspect", out});
    EXPECT_THAT(seen.out, HasSubstr("LlamaForCausalLM, 8 layers, 1673344 parameters")) << entry.path();
    std::vector<std::string> arguments = eval_arguments(out, "2");
    EXPECT_EQ(run_program(arguments).code, 0);
    arguments[1] = entry.path().string();  // the recipe itself, merged in memory, scores the same
    EXPECT_EQ(run_program(arguments).out, run_program(eval_arguments(out, "1")).out);
  }
  EXPECT_GE(count, 4u);
}

TEST_F(Evolve, SameBytesForOneAndTwoThreads) {
  const Finished one = evolve("one", "1");
  const Finished two = evolve("two", "2");
  ASSERT_EQ(one.code, 0) << one.err;
  ASSERT_EQ(two.code, 0) << two.err;
  EXPECT_EQ(one.most_threads, 1);
  EXPECT_LE(two.most_threads, 2);
  for (const char* file : {"archive.h5", "result.json", "winner.yaml", "winner/model.safetensors"}) {
    EXPECT_TRUE(read_text(folder_ / "one" / file) == read_text(folder_ / "two" / file)) << file;
    EXPECT_FALSE(read_text(folder_ / "one" / file).empty()) << file;
  }
}

// What the archive says of the winner is what anyone who scores the exported winner sees, item by item.
TEST_F(Evolve, TheWinnerScoresAsArchived) {
  ASSERT_EQ(evolve("run", "2").code, 0);
  const Finished scored =
      run_program({"eval", "run/winner", "--tasks", "pocket_math_ja", "--include_path", "tasks", "--limit",
                   "120", "--output_path", "again.json", "--log_samples"},
                  folder_.path());
  ASSERT_EQ(scored.code, 0) << scored.err;
  std::map<std::string, double> again;
  std::istringstream samples(read_text(folder_ / "samples_pocket_math_ja.jsonl"));
  for (std::string text; std::getline(samples, text);) {
    const nlohmann::json line = nlohmann::json::parse(text);
    again[fmt::format("pocket_math_ja/{}", line["doc"]["id"].get<std::string>())] =
        line["exact_match_in_language"];
  }
  const evolve::Archive archive = evolve::read_archive(folder_ / "run/archive.h5");
  const std::vector<double>& scores = archive.records.at(archive.winner.value()).scores;
  ASSERT_EQ(scores.size(), 120U);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(scores[i], again.at(archive.items[i].id)) << archive.items[i].id;
  }
}

TEST_F(Evolve, TheRunIsShownExportedAndNotOverwritten) {
  ASSERT_EQ(evolve("run", "2").code, 0);
  const Finished shown = run_program({"inspect", "run"}, folder_.path());
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("evolved"));
  const Finished exported = run_program({"export", "run", "out", "--quiet"}, folder_.path());
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_TRUE(read_text(folder_ / "out/model.safetensors") ==
              read_text(folder_ / "run/winner/model.safetensors"));
  EXPECT_EQ(evolve("run", "2").code, 2);  // an existing run is never written over by accident
  const Finished none = run_program({"export", "run", "other", "--candidate", "1000"}, folder_.path());
  EXPECT_EQ(none.code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "other"));
}

TEST(Program, HelpTeachesEverySubcommand) {
  for (const char* command : {"merge", "eval", "evolve", "export", "inspect", "compare", "check", "explain",
                              "diff", "extract-lora"}) {
    const Finished help = run_program({command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("Example: tsugi " + std::string(command)));
    EXPECT_THAT(help.out, HasSubstr("--threads"));
  }
  EXPECT_THAT(run_program({"--help"}).out, HasSubstr("Exit codes: 0 done, 1 failed, 2 bad input"));
  EXPECT_THAT(run_program({"--version"}).out, HasSubstr("tsugi 0."));
}

TEST(Program, JsonLinesAreJson) {
  const Finished run = run_program({"eval", (kRoot / "recipes/pocket/base").string(), "--tasks",
                                    "pocket_math_en", "--include_path", kTasks, "--limit", "5", "--json"});
  ASSERT_EQ(run.code, 0) << run.err;
  std::size_t begin = 0;
  nlohmann::json last;
  for (std::size_t end = run.out.find('\n'); end != std::string::npos; end = run.out.find('\n', begin)) {
    last = nlohmann::json::parse(run.out.substr(begin, end - begin));
    begin = end + 1;
  }
  EXPECT_EQ(begin, run.out.size());
  EXPECT_TRUE(last["results"]["pocket_math_en"].contains("exact_match,last-number"));
}

TEST(Program, ComparesModelsItemByItem) {
  const TemporaryFolder folder;
  for (const char* model : {"base", "ja"}) {
    const std::string file = (folder / model / "results.json").string();
    std::vector<std::string> arguments = eval_arguments((kRoot / "recipes/pocket" / model).string(), "2");
    arguments.insert(arguments.end(), {"--output_path", file, "--log_samples", "--quiet"});
    ASSERT_EQ(run_program(arguments).code, 0);
  }
  const Finished run =
      run_program({"compare", "base/results.json", "ja/results.json", "--json"}, folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const nlohmann::json line = nlohmann::json::parse(run.out);
  ASSERT_EQ(line["comparisons"].size(), 3U);  // acc; exact_match with and without the language
  for (const nlohmann::json& row : line["comparisons"]) {
    EXPECT_EQ(row["items"], 40);
    EXPECT_EQ(row["unpaired"], 0);
    EXPECT_NEAR(row["gain"].get<double>(), row["second"].get<double>() - row["first"].get<double>(), 1e-12);
  }
}

TEST(Program, ScoresAGgufFileLikeTheFolderItCameFrom) {
  const TemporaryFolder folder;
  const std::string model = (kRoot / "recipes/pocket/ja").string();
  folder.write("copy.yaml", "merge_method: passthrough\nmodels: [{model: " + model + "}]\n");
  const Finished made = run_program({"merge", "copy.yaml", "ja.gguf", "--quiet"}, folder.path());
  ASSERT_EQ(made.code, 0) << made.err;
  const Finished file = run_program(eval_arguments((folder / "ja.gguf").string(), "2"));
  ASSERT_EQ(file.code, 0) << file.err;
  EXPECT_EQ(file.out, run_program(eval_arguments(model, "2")).out);
}

TEST(Program, AChatTemplateThatIsNotThereIsNamed) {
  const Finished run =
      run_program({"eval", (kRoot / "recipes/pocket/base").string(), "--tasks", "pocket_math_en",
                   "--include_path", (kRoot / "recipes/pocket/tasks").string(), "--apply_chat_template"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("--apply_chat_template: the model has no chat template"));
}

TEST(Program, SwitchesThatWouldChangeAScoreAreReadOrRefused) {
  const auto arguments = [](const char* flag, const char* value) {
    std::vector<std::string> all = eval_arguments((kRoot / "recipes/pocket/base").string(), "2");
    all.insert(all.end(), {flag, value});
    return all;
  };
  const Finished sampled = run_program(arguments("--gen_kwargs", "temperature=0.7"));
  EXPECT_EQ(sampled.code, 2);
  EXPECT_THAT(sampled.err, HasSubstr("'temperature=0.7' is not done by tsugi, which answers greedily"));
  const Finished peft = run_program(arguments("--model_args", "peft=x"));
  EXPECT_EQ(peft.code, 2);
  EXPECT_THAT(peft.err, HasSubstr("'peft' is not read by tsugi"));
  EXPECT_THAT(run_program(arguments("--model_args", "max_length=none")).err,
              HasSubstr("max_length is 'none'"));
  EXPECT_EQ(run_program(arguments("--gen_kwargs", "max_gen_toks=8,do_sample=False")).code, 0);
  EXPECT_EQ(run_program(arguments("--model_args", "dtype=float32,max_length=256")).code, 0);
}

}  // namespace
}  // namespace tsugi::tests
