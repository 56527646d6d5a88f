// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "eval/tokenizer/unicode.h"
#include "evolve/report/answers.h"
#include "evolve/report/html.h"
#include "evolve/run_folder.h"
#include "recipes/error.h"
#include "tests/support/markup.h"
#include "tests/support/run_fixture.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::Markup;
using tests::RunFixture;
using tests::RunShape;
using tests::TemporaryFolder;
using Json = nlohmann::ordered_json;

Page page_of(const RunFixture& run) {
  return report_page(read_run(run.path()));
}

Json data_of(const Markup& markup) {
  return Json::parse(markup.with("id=\"run-data\"").text);
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Page, IsWellFormedAndSaysTheResultFirst) {
  const TemporaryFolder folder;
  const Page page = page_of(RunFixture(folder));
  EXPECT_THAT(page.notes, IsEmpty());
  const Markup markup = tests::read_markup(page.html);
  ASSERT_EQ(markup.problem, "");
  std::vector<std::string> sections;
  for (const tests::Element& section : markup.named("section"))
    sections.push_back(section.attributes.substr(0, section.attributes.find(' ')));
  EXPECT_THAT(sections,
              testing::ElementsAre("id=\"verdict\"", "id=\"search\"", "id=\"recipe\"", "id=\"tasks\"",
                                   "id=\"answers\"", "id=\"data\"", "id=\"times\"", "id=\"files\""));
  const std::string verdict = markup.named("section").front().text;
  EXPECT_THAT(verdict, HasSubstr("The evolved merge is better than the best parent (日本語): +20.0 points"));
  EXPECT_THAT(verdict, HasSubstr("65.0 to 85.0"));
  // A generation of three candidates, of 0.5 and 1.5 seconds each.
  EXPECT_THAT(page.html,
              HasSubstr("<th scope=\"row\">1</th><td>1.50</td><td>4.50</td><td>0.25</td><td>6.25</td>"
                        "<td>28.0 %</td>"));
  for (const char* id : {"fitness-chart", "tasks-chart", "times-chart"})
    EXPECT_EQ(markup.with(std::string("id=\"") + id + "\"").name, "canvas");
}

// Whatever answers, names and files hold: no element of theirs is in the page, and all of it is UTF-8.
TEST(Page, ShowsHostileTextAndObeysNone) {
  const TemporaryFolder folder;
  const std::string html = page_of(RunFixture(folder)).html;
  EXPECT_FALSE(eval::unicode::first_invalid_utf8(html));
  EXPECT_EQ(occurrences(html, "</script>"), 3U);  // data, Chart.js, the page's own
  EXPECT_EQ(occurrences(html, "<!--"), 0U);
  EXPECT_THAT(html, Not(HasSubstr("<i>")));
  EXPECT_THAT(html, Not(HasSubstr("\a")));
  const Markup markup = tests::read_markup(html);
  EXPECT_EQ(markup.named("script").size(), 3U);
  const Json data = data_of(markup);
  EXPECT_EQ(data["answers"]["models"][0]["name"], "math <i>");
  const std::string shown = html::visible(tests::kHostile);
  EXPECT_THAT(shown, HasSubstr("␇"));
  bool answered = false;
  for (const Json& text : data["answers"]["texts"]) answered |= text == shown;
  EXPECT_TRUE(answered);
}

// The page names no other place and forbids everything that is not in it.
TEST(Page, NeedsNoNetwork) {
  const TemporaryFolder folder;
  const Markup markup = tests::read_markup(page_of(RunFixture(folder)).html);
  for (const tests::Element& element : markup.elements) {
    EXPECT_THAT(element.attributes, Not(HasSubstr("src="))) << element.name;
    const bool leads = element.attributes.find("href=") != std::string::npos;
    EXPECT_EQ(leads, element.attributes.find("href=\"#") != std::string::npos) << element.attributes;
    EXPECT_NE(element.name, "link");
    if (element.name == "style") {
      EXPECT_THAT(element.text, Not(HasSubstr("url(")));
      EXPECT_THAT(element.text, Not(HasSubstr("@import")));
    }
  }
  const std::string policy = markup.with("http-equiv=\"Content-Security-Policy\"").attributes;
  EXPECT_THAT(policy, HasSubstr("default-src &#39;none&#39;"));
  for (const std::size_t script : {1U, 2U})
    EXPECT_THAT(policy, HasSubstr(html::escaped(html::script_hash(markup.named("script")[script].text))));
}

TEST(Page, TheDataAreThoseOfTheArchive) {
  const TemporaryFolder folder;
  const RunFixture run(folder);
  const Json data = data_of(tests::read_markup(page_of(run).html));
  const Json& answers = data["answers"];
  ASSERT_EQ(answers["items"].size(), 36U);  // half of 3 tasks of 24 items
  EXPECT_EQ(answers["left_out"], 0);
  std::size_t next = 0;
  for (std::size_t i = 0; i < run.archive().items.size(); ++i) {
    if (run.archive().items[i].side != eval::Side::test) continue;
    const Json& item = answers["items"][next++];
    EXPECT_EQ(item["id"], run.archive().items[i].id);
    for (std::size_t model = 0; model < 3; ++model)
      EXPECT_EQ(item["scores"][model], tests::score_of(i, model));
    EXPECT_EQ(item["scores"][3], tests::score_of(i, *run.archive().winner));
    const std::string& reference =
        answers["texts"][item["texts"][1].get<std::size_t>()].get_ref<const std::string&>();
    EXPECT_EQ(reference, "right " + std::to_string(i % 24));
  }
  EXPECT_EQ(data["tasks"]["tasks"].size(), 3U);
  EXPECT_EQ(data["tasks"]["models"][3]["kind"], "winner");
  EXPECT_EQ(data["fitness"]["generations"], Json({0, 1, 2, 3, 4}));
}

TEST(Page, TheRecipeIsAHeatMapOverLayersAndRoles) {
  const TemporaryFolder folder;
  const RunFixture run(folder);
  const Markup markup = tests::read_markup(page_of(run).html);
  const tests::Element map = markup.with("class=\"heat\"");
  ASSERT_EQ(map.name, "table");
  // The winner is candidate 16, so math has 16 / 8 = 2 in layers 0 to 3 and the embedding, 1.5 in 4 to 7 and
  // the final norm; colours are shares of 2, on one scale for both models.
  EXPECT_EQ(occurrences(map.text, "class=\"above\" style=\"--share:1.000\" title=\"2\""), 5U);
  EXPECT_EQ(occurrences(map.text, "class=\"above\" style=\"--share:0.750\" title=\"1.5\""), 5U);
  EXPECT_EQ(occurrences(map.text, "class=\"below\" style=\"--share:0.125\" title=\"-0.25\""), 5U);
  EXPECT_THAT(markup.with("id=\"layer-path\"").text, HasSubstr("the same layer of math, ja"));
}

TEST(Page, ShowsWhatLaterVersionsAddToTheResult) {
  const TemporaryFolder folder;
  const RunFixture run(folder);
  Json result = Json::parse(tests::read_text(run.path() / "result.json"));
  result["models"][1]["mc<nemar"] = 0.25;
  result["gain"]["worst"] = {{"task", "a&b"}, {"change", -0.5}};
  result["notes"] = {"first", "second"};
  folder.write("a <run>/result.json", result.dump());
  const Page page = page_of(run);
  EXPECT_EQ(tests::read_markup(page.html).problem, "");
  EXPECT_THAT(page.html, HasSubstr("<th scope=\"row\">日本語.mc&lt;nemar</th><td>0.25</td>"));
  EXPECT_THAT(page.html, HasSubstr("<th scope=\"row\">gain.worst.task</th><td>a&amp;b</td>"));
  EXPECT_THAT(page.html, HasSubstr("<th scope=\"row\">gain.worst.change</th><td>-0.5</td>"));
  EXPECT_THAT(page.html, HasSubstr("<th scope=\"row\">notes</th>"));
  EXPECT_THAT(page.html, Not(HasSubstr("gain.mean")));
}

TEST(Page, WorksForSmallBrokenAndUnfinishedRuns) {
  const std::vector<RunShape> shapes = {
      {.tasks = 1, .items = 4, .generations = 1, .population = 1, .failures = false},
      {.tasks = 2, .generations = 1},
      {.generations = 0},
      {.samples = false},
      {.finished = false},
      {.tasks = 1, .items = 4, .generations = 3, .population = 1}};
  for (const RunShape& shape : shapes) {
    const TemporaryFolder folder;
    const RunFixture run(folder, shape);
    const Page page = page_of(run);
    const Markup markup = tests::read_markup(page.html);
    EXPECT_EQ(markup.problem, "");
    EXPECT_EQ(page.notes.empty(), shape.samples || !shape.finished);
    EXPECT_EQ(markup.with("id=\"answers\"").name, shape.finished ? "section" : "");
    EXPECT_EQ(page.html.find("The search is not finished") == std::string::npos, shape.finished);
  }
}

TEST(Page, MissesWhatAFolderHasLost) {
  const TemporaryFolder folder;
  const RunFixture run(folder);
  std::filesystem::remove(run.path() / "timings.h5");
  folder.write("a <run>/samples/uniform/samples_task<1>.jsonl", "{}\n");
  folder.write("a <run>/samples/evolved/samples_task<0>.jsonl", "no JSON\n");
  const Page page = page_of(run);
  EXPECT_EQ(tests::read_markup(page.html).problem, "");
  EXPECT_THAT(page.html, HasSubstr("holds no times"));
  ASSERT_EQ(page.notes.size(), 2U);
  EXPECT_THAT(page.notes[0], HasSubstr("line 1 is about another item"));
  EXPECT_THAT(page.notes[1], HasSubstr("line 1 is no sample"));
}

// A file of samples has a block of lines for each filter of answers.
TEST(Page, TheAnswersAreThoseOfTheFilterThatIsSearchedBy) {
  const TemporaryFolder folder;
  const RunFixture run(folder, {.tasks = 1, .items = 4});
  const auto file = run.path() / "samples/uniform/samples_task<0>.jsonl";
  std::string other;
  std::string wanted;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    Json sample = Json::parse(line);
    sample["filter"] = "wanted";
    wanted += sample.dump() + "\n";
    sample["filter"] = "other";
    sample["resps"] = {{"something else"}};
    other += sample.dump() + "\n";
  }
  auto read = read_run(run.path());
  const Answers plain = read_answers(read);
  std::ofstream(file) << other << wanted;
  read.filters["task<0>"] = "wanted";
  const Answers filtered = read_answers(read);
  EXPECT_THAT(filtered.notes, IsEmpty());
  ASSERT_EQ(plain.texts.size(), 2U);
  for (std::size_t item = 0; item < 2; ++item)
    EXPECT_EQ(filtered.texts[item]->answers, plain.texts[item]->answers);
}

TEST(Page, ARunThatGoesOnIsReadFromItsWorkingFolder) {
  const TemporaryFolder folder;
  const RunFixture run(folder, {.finished = false});
  const std::filesystem::path place = folder / "going on";
  EXPECT_FALSE(is_run(place));
  EXPECT_THROW(read_run(place), InputError);
  std::filesystem::rename(run.path(), partial_of(place));
  EXPECT_FALSE(is_run(place)) << "a merge's working folder is none";
  std::ofstream(partial_of(place) / "search.yaml") << run.archive().search;
  EXPECT_TRUE(is_run(place));
  EXPECT_EQ(read_run(place).archive.records.size(), run.archive().records.size());
  std::filesystem::remove(partial_of(place) / "archive.h5");
  try {
    read_run(place);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no generation of it is finished"));
  }
}

// A hundred candidates and eight thousand items: scores of all, texts up to the bound.
TEST(Page, StaysSmallForALargeRun) {
  const TemporaryFolder folder;
  const RunFixture run(folder, {.tasks = 2, .items = 4000, .generations = 25, .population = 4});
  const auto read = read_run(run.path());
  const Answers answers = read_answers(read);
  const Json bounded = answers_json(read, answers, 100'000);
  EXPECT_EQ(bounded["items"].size(), 4000U);
  EXPECT_GT(bounded["left_out"].get<std::size_t>(), 0U);
  EXPECT_LT(bounded["texts"].dump().size(), 200'000U);  // quotes, commas and escapes come on top
  std::size_t with_texts = 0;
  for (const Json& item : bounded["items"]) with_texts += item.contains("texts") ? 1 : 0;
  EXPECT_EQ(with_texts + bounded["left_out"].get<std::size_t>(), 4000U);
  EXPECT_LT(report_page(read).html.size(), 7'000'000U);
}

}  // namespace
}  // namespace tsugi::evolve
