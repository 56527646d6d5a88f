// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <exception>
#include <memory>
#include <new>

#include "apps/commands.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

constexpr std::string_view kAbout =
    "tsugi: evolves model merges.\n\n"
    "Reads mergekit's recipes, merges checkpoints, scores them on lm-evaluation-harness tasks, searches for "
    "better\n"
    "recipes and says honestly how much better they are. Start with:\n\n"
    "  tsugi merge recipe.yaml out/          merge checkpoints by a recipe\n"
    "  tsugi eval model/ --tasks a,b         score a model, or a recipe merged in memory\n"
    "  tsugi evolve search.yaml              search for a better recipe\n"
    "  tsugi export runs/x out/              write a checkpoint of a finished search\n"
    "  tsugi report runs/x                   a page about a search, in one file\n"
    "  tsugi inspect model/ | runs/x         what is in there\n"
    "  tsugi compare a.json b.json           paired tests of two models' answers\n"
    "  tsugi check recipe.yaml               what a merge would do or refuse, from headers alone\n"
    "  tsugi explain recipe.yaml             the resolved number for every layer and role\n"
    "  tsugi diff a/ b/ --base c/            how far apart models are, tensor by tensor\n"
    "  tsugi extract-lora a/ out/ --base b/  what tuning changed, as an adapter\n";

constexpr std::string_view kFooter = "Exit codes: 0 done, 1 failed, 2 bad input, 3 stopped and resumable.";

struct Subcommand {
  const char* name;
  const char* help;
  Action (*add)(CLI::App&);
};

constexpr std::array<Subcommand, 11> kSubcommands{{
    {"merge", "Merge checkpoints by a recipe", add_merge},
    {"eval", "Score models on tasks", add_eval},
    {"evolve", "Search for a better recipe", add_evolve},
    {"export", "Write a candidate of a run as a checkpoint", add_export},
    {"report", "Write a page about a run", add_report},
    {"inspect", "Describe a model folder or a run", add_inspect},
    {"compare", "Compare results item by item", add_compare},
    {"check", "Check a recipe without merging", add_check},
    {"explain", "Show the numbers of a recipe, layer by layer", add_explain},
    {"diff", "Show how far apart two models are", add_diff},
    {"extract-lora", "Write what tuning changed as an adapter", add_extract_lora},
}};

void add_common(CLI::App& app, CommonOptions& options) {
  app.add_option("--threads", options.threads,
                 "Threads to use (default: all cores); the result does not depend on it")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  app.add_flag("--json", options.json, "Progress and results as JSON lines on standard output");
  app.add_flag("--quiet", options.quiet, "Only results and errors");
}

int report(const std::exception& error, int code) {
  fmt::print(stderr, "tsugi: {}\n", error.what());
  return code;
}

// What a command line or a run can end in, as an exit code.
int guarded(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const CLI::Success&) {
    throw;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "tsugi: {}; see tsugi --help or tsugi COMMAND --help\n", error.what());
    return 2;
  } catch (const InputError& error) {
    return report(error, 2);
  } catch (const Interrupted& error) {
    return report(error, 3);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "tsugi: out of memory; try --max-memory or fewer --threads\n");
    return 1;
  } catch (const std::exception& error) {
    return report(error, 1);
  }
}

}  // namespace

int run(int argc, const char* const* argv) {
  CLI::App app{std::string(kAbout), "tsugi"};
  app.footer(std::string(kFooter));
  app.set_version_flag("--version", std::string("tsugi ") + TSUGI_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  CommonOptions options;
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Subcommand& subcommand : kSubcommands) {
    CLI::App* child = app.add_subcommand(subcommand.name, subcommand.help);
    actions.emplace_back(child, subcommand.add(*child));
    add_common(*child, options);
  }
  try {
    return guarded([&] {
      app.parse(argc, argv);
      for (const auto& [child, action] : actions) {
        if (child->parsed()) action(options);
      }
    });
  } catch (const CLI::Success& help) {  // --help, --version
    return app.exit(help);
  }
}

std::uint64_t parse_bytes(const std::string& text, const std::string& flag) {
  constexpr std::string_view kUnits = "kmgt";
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  std::string unit(rest, end);
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (!unit.empty() && unit.back() == 'b') unit.pop_back();
  const bool binary = unit.size() == 2 && unit.back() == 'i';
  if (binary) unit.pop_back();
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit) + 1;  // npos + 1 is 0: an unknown unit
  if (error != std::errc{} || !(number > 0) || unit.size() > 1 || (power == 0 && !unit.empty())) {
    throw InputError(flag, fmt::format("'{}' is no amount of bytes", text),
                     "write for example 2G, 500M or 1.5GiB");
  }
  const double bytes = number * std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power));
  if (bytes < 1 || bytes > 1e18) {
    throw InputError(flag, fmt::format("'{}' is out of range", text), "give between 1 byte and 1e18 bytes");
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace tsugi::apps
