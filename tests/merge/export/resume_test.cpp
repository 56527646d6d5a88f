// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a writer makes of a partial folder that a process left when it died.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge/export/folder_writer.h"
#include "merge/plan.h"
#include "merge/sha256.h"
#include "tests/support/plan_fixture.h"
#include "tests/support/stored.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

const char* const kRecipe =
    "merge_method: linear\nmodels: [{model: @a, parameters: {weight: 0.5}}, "
    "{model: @b, parameters: {weight: 0.25}}]\n";

class Resume : public tests::PlanFixture {
 protected:
  // Leaves behind what a process that died after `count` tensors does: the partial folder is moved away
  // before the writer removes it, and back.
  void die_after(std::size_t count, const std::string& recipe = kRecipe) {
    const MergePlan merged = plan(recipe);
    {
      FolderWriter writer(merged, out, options(recipe));
      for (std::size_t i = 0; i < count; ++i) {
        const OutputTensor& tensor = merged.tensors[writer.order()[i]].output;
        if (!writer.wants(tensor)) continue;
        // Wrong on purpose: what is resumed is not computed again, so the tests see it.
        writer.write(tensor, 0,
                     tests::stored_as(tensor.dtype, std::vector<float>(elements(tensor.shape), -7.0F)));
        writer.done(tensor);
      }
      fs::rename(partial, folder / "aside");
    }
    fs::rename(folder / "aside", partial);
  }

  std::size_t finish(const std::string& recipe = kRecipe) {
    const MergePlan merged = plan(recipe);
    FolderWriter writer(merged, out, options(recipe));
    write_folder(merged, writer);
    return writer.resumed();
  }

  static FolderOptions options(const std::string& recipe) { return {.shard_size = 64, .recipe = recipe}; }

  // How many tensors of the output hold the wrong values from before.
  std::size_t kept() const {
    std::size_t count = 0;
    const auto checkpoint = Checkpoint::open(out);
    for (const TensorView& tensor : checkpoint->tensors()) {
      std::vector<float> values(elements(tensor.shape));
      to_f32(tensor.dtype, tensor.bytes, values);
      count += values.front() == -7.0F ? 1 : 0;
    }
    return count;
  }

  fs::path out = folder / "out";
  fs::path partial = folder / ".out.tsugi-partial";
};

TEST_F(Resume, FinishesOnlyWhatIsMissing) {
  die_after(4);
  EXPECT_TRUE(fs::exists(partial / "journal.tsugi"));
  EXPECT_EQ(finish(), 4U);
  EXPECT_EQ(kept(), 4U);
  EXPECT_FALSE(fs::exists(out / "journal.tsugi"));
  EXPECT_FALSE(fs::exists(partial));
}

TEST_F(Resume, GoesOnAfterSeveralDeaths) {
  die_after(2);
  die_after(5);
  EXPECT_EQ(finish(), 5U);
}

TEST_F(Resume, AnotherRecipeDiscardsIt) {
  die_after(4);
  const std::string other = std::regex_replace(kRecipe, std::regex("0.25"), "0.75");
  EXPECT_EQ(finish(other), 0U);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(Resume, AChangedInputDiscardsIt) {
  die_after(4);
  write("b", tests::TinyModel::llama(4, 5));  // same size, new time and values
  EXPECT_EQ(finish(), 0U);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(Resume, AShardOfTheWrongSizeDiscardsIt) {
  die_after(4);
  for (const auto& entry : fs::directory_iterator(partial)) {
    if (entry.path().extension() != ".safetensors") continue;
    fs::resize_file(entry.path(), 10);
    break;
  }
  EXPECT_EQ(finish(), 0U);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(Resume, WithoutAJournalNothingCounts) {
  die_after(4);
  fs::remove(partial / "journal.tsugi");
  EXPECT_EQ(finish(), 0U);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(Resume, TheManifestIsOfTheBytesThatAreThere) {
  die_after(4);
  finish();
  const auto manifest = nlohmann::json::parse(tests::read_text(out / "manifest.json"));
  for (const auto& file : manifest["outputs"]) {
    const std::string name = file["file"];
    EXPECT_EQ(file["sha256"], sha256_hex(tests::read_text(out / name))) << name;
  }
}

}  // namespace
}  // namespace tsugi::merge
