// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/mergekit_flags.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace tsugi::apps {
namespace {

enum class Form {
  both,   ///< --NAME and --no-NAME
  yes,    ///< --NAME alone
  value,  ///< --NAME VALUE
};

struct Ignored {
  std::string_view flag;
  Form form;
  std::string_view reason;
};

constexpr std::string_view kCpu = "tsugi merges on the CPU";
constexpr std::string_view kWhileMerging = "files are written while other tensors are merged, with --threads";

constexpr std::array<Ignored, 21> kIgnored{{
    {"allow-crimes", Form::both, "models merge by tensor name; unequal shapes stay an error"},
    {"async-write", Form::both, kWhileMerging},
    {"clone-tensors", Form::both, "every output tensor is stored on its own"},
    {"copy-tokenizer", Form::both, "the tokenizer always comes along"},
    {"cuda", Form::both, kCpu},
    {"device", Form::value, kCpu},
    {"gpu-rich", Form::both, kCpu},
    {"lazy", Form::both, "an interrupted merge goes on where it stopped; intermediate results are made anew"},
    {"lazy-loader", Form::both, "tensors are always read when they are needed"},
    {"lazy-unpickle", Form::both, "tensors are always read when they are needed"},
    {"lora-merge-cache", Form::value, "no merged copies of adapters are kept"},
    {"lora-merge-dtype", Form::value, "no merged copies of adapters are kept"},
    {"low-cpu-memory", Form::both, "memory is bounded anyway"},
    {"multi-gpu", Form::both, kCpu},
    {"read-to-gpu", Form::both, kCpu},
    {"safe-serialization", Form::both, "safetensors is the only format written"},
    {"transformers-cache", Form::value, "models are folders; nothing is downloaded"},
    {"trust-remote-code", Form::both, "no code from a checkpoint is ever run"},
    {"verbose,-v", Form::yes, "all notes are always printed, unless --quiet"},
    {"write-model-card", Form::both, "a model card is always written"},
    {"write-threads", Form::value, kWhileMerging},
}};

void add_flag(CLI::App& app, const std::string& names, std::string_view reason,
              std::vector<std::string>& notes) {
  const std::string shown = names.substr(0, names.find(','));
  app.add_flag_callback(
         names,
         [&notes, shown, reason] { notes.push_back(fmt::format("{} has no effect: {}", shown, reason)); })
      ->group("");
}

void add_value(CLI::App& app, const std::string& name, std::string_view reason,
               std::vector<std::string>& notes) {
  app.add_option_function<std::string>(name,
                                       [&notes, name, reason](const std::string&) {
                                         notes.push_back(fmt::format("{} has no effect: {}", name, reason));
                                       })
      ->group("");
}

}  // namespace

void add_mergekit_flags(CLI::App& app, std::vector<std::string>& notes) {
  for (const Ignored& row : kIgnored) {
    const std::string name = fmt::format("--{}", row.flag);
    if (row.form == Form::value) {
      add_value(app, name, row.reason, notes);
      continue;
    }
    add_flag(app, name, row.reason, notes);
    if (row.form == Form::both) add_flag(app, fmt::format("--no-{}", row.flag), row.reason, notes);
  }
}

}  // namespace tsugi::apps
