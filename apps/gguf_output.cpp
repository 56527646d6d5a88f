// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/gguf_output.h"

#include <fmt/format.h>

#include <filesystem>

#include "merge/gguf/writer.h"
#include "recipes/error.h"

namespace tsugi::apps {

void add_gguf_flags(CLI::App& app, GgufFlags& flags) {
  app.add_option("--gguf-type", flags.type,
                 "For a GGUF file: f32, f16, bf16 or q8_0 (default: the type the folder would have)");
  app.add_option(
      "--gguf-pre", flags.pre,
      "For a GGUF file: llama.cpp's name of the tokenizer's split, where tokenizer.json does not tell");
}

bool names_gguf(const std::string& out) {
  return std::filesystem::path(out).extension() == ".gguf";
}

void write_gguf(const merge::MergePlan& plan, const std::string& out, const GgufFlags& flags, bool overwrite,
                const std::string& recipe, const Console& console, merge::ThreadPool& pool) {
  merge::gguf::WriterOptions options{.pre = flags.pre, .overwrite = overwrite, .recipe = recipe};
  if (!flags.type.empty()) {
    options.type = merge::gguf::writable_storage(flags.type);
    if (!options.type) {
      throw InputError("--gguf-type", fmt::format("'{}' is no type that is written", flags.type),
                       "give f32, f16, bf16 or q8_0; llama.cpp's llama-quantize makes smaller ones");
    }
  }
  merge::gguf::Writer writer(plan, out, options);
  for (const std::string& line : writer.notes()) console.note(fmt::format("note: {}", line));
  {
    constexpr std::uint64_t kMegabyte = 1'000'000;
    Progress progress(console.progress_style(), "merging", plan.bytes_out / kMegabyte, "MB");
    merge::ExecuteOptions execute_options;
    execute_options.progress = [&](std::uint64_t bytes) { progress.reach(bytes / kMegabyte); };
    pool.run([&] { merge::gguf::write_file(plan, writer, execute_options); });
  }
  console.print(fmt::format("{}: {} tensors as {}, {:.1f} MB", out, plan.tensors.size(),
                            merge::gguf::block_of(writer.type()).name,
                            static_cast<double>(writer.size()) / 1e6));
  console.print_json({{"output", out}, {"tensors", plan.tensors.size()}, {"bytes", writer.size()}});
}

}  // namespace tsugi::apps
