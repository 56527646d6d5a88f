// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi report RUN
#include "evolve/report/page.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "apps/commands.h"
#include "evolve/report/standing.h"
#include "evolve/run_folder.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

struct Options {
  std::string run;
  std::string output;
};

void run_report(const Options& options, const CommonOptions& common) {
  const Console console(common);
  const evolve::Run run = evolve::read_run(options.run);
  const std::filesystem::path file =
      options.output.empty() ? (std::filesystem::path(options.run) / "report.html").string() : options.output;
  if (options.output.empty() && run.folder != options.run) {
    throw InputError(options.run, "the run is not finished, so its folder is not there yet",
                     "say where the page goes with --output FILE.html");
  }
  const evolve::Page page = evolve::report_page(run);
  for (const std::string& note : page.notes) console.note(fmt::format("note: {}", note));
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  evolve::write_whole(file, page.html);
  if (!run.result) console.note(evolve::standing(run));
  console.print(fmt::format("{}: {:.1f} MB, open it in any browser", file.string(),
                            static_cast<double>(page.html.size()) / 1e6));
  console.print_json({{"report", file.string()}, {"bytes", page.html.size()}});
}

}  // namespace

Action add_report(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Folder of a run, finished or going on")->required();
  app.add_option("--output", options->output, "File to write (default: RUN/report.html)");
  app.footer(
      "One page of HTML that needs no network and no other file: the result with its intervals, the search "
      "by\n"
      "generation, the winner's recipe by layer and role, scores by task, the answers of any two models side "
      "by\n"
      "side, the items, the times and the search file. Run it from the folder in which the search ran: the\n"
      "recipe is laid out by the models it names.\n\n"
      "Example: tsugi report runs/first");
  return [options](const CommonOptions& common) { run_report(*options, common); };
}

}  // namespace tsugi::apps
