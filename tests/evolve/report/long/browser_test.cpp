// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The page of a run in Chromium, opened from the disk with the network off. `cmake/install_packages.sh
// browser` installs the browser; `make test-long` calls it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "evolve/report/html.h"
#include "evolve/report/page.h"
#include "tests/support/browser.h"
#include "tests/support/run_fixture.h"
#include "tests/support/run_program.h"

namespace tsugi::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Json = Browser::Json;

constexpr std::array<const char*, 3> kCharts = {"fitness-chart", "tasks-chart", "times-chart"};

class BrowserTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::is_there()) GTEST_SKIP() << "no browser; cmake/install_packages.sh browser installs it";
    browser_.emplace();
    browser_->resize(1100, 900);
  }

  Browser& open(const RunFixture& run, const std::string& behind = "") {
    const auto file = folder_.write("page.html", report_page(evolve::read_run(run.path())).html);
    browser_->open(file, behind);
    EXPECT_EQ(browser_->evaluate("document.documentElement.dataset.ready"), "true");
    return *browser_;
  }

  /// Colours that a chart's canvas holds, at most the thousand that are looked for; an empty canvas has one.
  int colours(const std::string& id) {
    return browser_->evaluate(
        "(() => { const c = document.getElementById('" + id +
        "'); const p = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.buffer); return Math.min(1000, new Set(p).size); })()");
  }

  Json rows() { return browser_->evaluate("document.querySelectorAll('#answers-table tbody tr').length"); }
  std::string text(const std::string& selector) {
    return browser_->evaluate("document.querySelector(" + Json(selector).dump() + ").textContent");
  }
  std::string outcome(const std::string& id) { return text("[data-show=" + id + "]"); }

  TemporaryFolder folder_;
  std::optional<Browser> browser_;
};

/// How many sealed items of the fixture `holds` for, by the scores of two candidates.
template <class Holds>
std::size_t count(const RunFixture& run, std::size_t a, std::size_t b, Holds holds) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < run.archive().items.size(); ++i) {
    if (run.archive().items[i].side == eval::Side::test && holds(score_of(i, a) > 0, score_of(i, b) > 0))
      ++found;
  }
  return found;
}

TEST_F(BrowserTest, OpensFromTheDiskWithoutNetworkAndDrawsEveryChart) {
  const RunFixture run(folder_);
  Browser& browser = open(run);
  for (const char* chart : kCharts) EXPECT_GT(colours(chart), 20) << chart;
  EXPECT_EQ(browser.evaluate("document.scripts.length"), 3);
  EXPECT_EQ(browser.evaluate("Chart.getChart('tasks-chart').config.type"), "radar");
  EXPECT_EQ(browser.evaluate("document.querySelectorAll('.heat td.above').length > 3"), true);
  EXPECT_THAT(browser.complaints(), IsEmpty());
}

TEST_F(BrowserTest, ARequestOrAnErrorWouldHaveBeenSeen) {
  const RunFixture run(folder_);
  Browser& browser = open(run);
  browser.evaluate("console.error('x')");
  browser.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://localhost/x.png'}))");
  browser.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), {textContent: 'evil = 1'}))");
  EXPECT_EQ(browser.evaluate("typeof evil"), "undefined");  // the policy let it not run
  EXPECT_GE(browser.complaints().size(), 3U);
}

TEST_F(BrowserTest, LightDarkAndPaper) {
  const RunFixture run(folder_);
  Browser& browser = open(run);
  const std::string background = "getComputedStyle(document.documentElement).backgroundColor";
  browser.prefer("light");
  const Json light = browser.evaluate(background);
  const Json axis = browser.evaluate("Chart.getChart('fitness-chart').options.color");
  browser.prefer("dark");
  EXPECT_NE(browser.evaluate(background), light);
  EXPECT_NE(browser.evaluate("Chart.getChart('fitness-chart').options.color"), axis);
  browser.prefer("dark", "print");
  EXPECT_EQ(browser.evaluate(background), "rgb(255, 255, 255)");
  for (const char* chart : kCharts) EXPECT_GT(colours(chart), 20) << chart;
  const std::string pdf = browser.call("Page.printToPDF", {{"printBackground", true}})["data"];
  EXPECT_THAT(pdf, StartsWith("JVBERi0"));  // "%PDF-"
  EXPECT_THAT(browser.complaints(), IsEmpty());
}

TEST_F(BrowserTest, NothingStandsOutAtAnyWidth) {
  const RunFixture run(folder_);
  for (const int width : {360, 700, 1600}) {
    browser_->resize(width, 800);
    EXPECT_EQ(open(run).evaluate("document.documentElement.scrollWidth"), width);
  }
}

TEST_F(BrowserTest, AModelLeadsToTheItemsWhereItDiffersFromTheWinner) {
  const RunFixture run(folder_);
  Browser& browser = open(run);
  const std::size_t winner = *run.archive().winner;
  browser.click("[data-compare='日本語']");
  EXPECT_EQ(browser.evaluate("document.getElementById('model-a').selectedOptions[0].text"), "日本語");
  EXPECT_EQ(browser.evaluate("document.getElementById('model-b').selectedOptions[0].text"), "evolved");
  EXPECT_THAT(std::string(browser.evaluate("location.hash")), StartsWith("#answers?a="));
  const std::size_t differ = count(run, 1, winner, [](bool a, bool b) { return a != b; });
  ASSERT_GT(differ, 2U);
  EXPECT_EQ(rows(), std::min<std::size_t>(differ, 25));
  EXPECT_EQ(outcome("differ"), "They differ: " + std::to_string(differ));

  browser.click("[data-show=only-b]");
  const std::size_t only = count(run, 1, winner, [](bool a, bool b) { return !a && b; });
  EXPECT_EQ(outcome("only-b"), "Only evolved right: " + std::to_string(only));
  EXPECT_EQ(rows(), std::min<std::size_t>(only, 25));
  EXPECT_EQ(browser.evaluate(
                "[...document.querySelectorAll('#answers-table tbody tr')].every(row => "
                "row.cells[3].textContent.startsWith('✗') && row.cells[4].textContent.startsWith('✓'))"),
            true);
  EXPECT_THAT(text("#answers-table tbody td:nth-child(2)"), StartsWith("Question "));

  browser.evaluate("history.back()");
  browser.evaluate("new Promise(r => setTimeout(r, 300))");
  EXPECT_EQ(browser.evaluate("document.querySelector('[data-show=differ]').getAttribute('aria-pressed')"),
            "true");
  EXPECT_EQ(rows(), std::min<std::size_t>(differ, 25));
  EXPECT_THAT(browser.complaints(), IsEmpty());
}

TEST_F(BrowserTest, TasksTextAndPagesFilter) {
  const RunFixture run(folder_, {.items = 120});
  Browser& browser = open(run);
  browser.click("[data-task='task<1>']");
  EXPECT_EQ(outcome("all"), "All: 60");
  EXPECT_EQ(text("#page"), "Page 1 of 3");
  browser.click("#later");
  EXPECT_EQ(text("#page"), "Page 2 of 3");
  EXPECT_EQ(text("#answers-count"), "26 to 50 of 60 items");
  EXPECT_EQ(text("#answers-table tbody th"),
            "task<1>/" + std::to_string(2 + 4 * 12 + 1));  // item 26 of the sealed ones
  browser.click("#containing");
  browser.type("task<1>/10");  // 10; 102, 103, 106, 107
  EXPECT_EQ(outcome("all"), "All: 5");
  EXPECT_EQ(text("#page"), "Page 1 of 1");
  const std::string address = browser.evaluate("location.hash");
  open(run, address);  // a link to what is seen
  EXPECT_EQ(outcome("all"), "All: 5");
  EXPECT_THAT(browser.complaints(), IsEmpty());
}

TEST_F(BrowserTest, TheKeyboardReachesEverything) {
  const RunFixture run(folder_);
  Browser& browser = open(run);
  browser.evaluate("document.querySelector('[data-show=all]').focus()");
  browser.press(" ", 32, " ");
  EXPECT_EQ(browser.evaluate("document.querySelector('[data-show=all]').getAttribute('aria-pressed')"),
            "true");
  browser.evaluate("document.activeElement.blur(); document.querySelector('[data-compare]').focus()");
  browser.press("Enter", 13, "\r");
  EXPECT_THAT(std::string(browser.evaluate("location.hash")), StartsWith("#answers?"));
  EXPECT_EQ(
      browser.evaluate("[...document.querySelectorAll('a, button, select, input, summary')]"
                       ".every(e => e.tabIndex >= 0 && (e.textContent || e.labels[0].textContent) !== '')"),
      true);
}

TEST_F(BrowserTest, HostileAnswersAreShownAsTheyAre) {
  const RunFixture run(folder_);
  Browser& browser = open(run, "#answers?a=uniform&b=evolved&show=all");
  EXPECT_EQ(browser.evaluate(
                "document.querySelectorAll('#answers-table .text b, #answers-table .text script').length"),
            0);
  EXPECT_THAT(text("#answers-table tbody td"), HasSubstr(evolve::html::visible(kHostile)));
  open(run, "#answers?a=%3Cscript%3E&b=nobody&show=what&page=-7&task=%00");
  EXPECT_EQ(browser.evaluate("document.getElementById('model-b').selectedOptions[0].text"), "evolved");
  EXPECT_THAT(browser.complaints(), IsEmpty());
}

TEST_F(BrowserTest, SmallAndBrokenRunsOpenToo) {
  for (const RunShape& shape :
       {RunShape{.tasks = 1, .items = 4, .generations = 1, .population = 1},
        RunShape{.tasks = 2, .generations = 1}, RunShape{.samples = false}, RunShape{.finished = false}}) {
    const TemporaryFolder folder;
    Browser& browser = open(RunFixture(folder, shape));
    EXPECT_GT(colours("fitness-chart"), 20);
    if (!shape.finished) continue;
    EXPECT_EQ(browser.evaluate("Chart.getChart('tasks-chart').config.type"),
              shape.tasks < 3 ? "bar" : "radar");
  }
  EXPECT_THAT(browser_->complaints(), IsEmpty());
}

// From the search file to the answers of a real run.
TEST_F(BrowserTest, ARealRun) {
  const Finished search = run_program({"evolve", TSUGI_ROOT "/recipes/pocket/search.yaml", "--evaluations",
                                       "12", "--output", (folder_ / "run").string(), "--quiet"});
  ASSERT_EQ(search.code, 0) << search.err;
  const Finished report = run_program({"report", (folder_ / "run").string()});
  ASSERT_EQ(report.code, 0) << report.err;
  browser_->open(folder_ / "run/report.html");
  for (const char* chart : kCharts) EXPECT_GT(colours(chart), 20) << chart;
  EXPECT_EQ(browser_->evaluate("document.querySelectorAll('.results tbody tr').length"),
            evolve::read_result(folder_ / "run/result.json").models.size());
  browser_->click("[data-compare=ja]");
  EXPECT_GT(rows(), 5);
  EXPECT_EQ(browser_->evaluate(
                "[...document.querySelectorAll('#answers-table tbody tr')].every(row => "
                "/[ぁ-ん]/.test(row.cells[1].textContent) && /^[0-9]+$/.test(row.cells[2].textContent))"),
            true);
  EXPECT_THAT(browser_->complaints(), IsEmpty());
}

}  // namespace
}  // namespace tsugi::tests
