// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/identity.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "merge/checkpoint/mapped_file.h"
#include "merge/export/manifest.h"
#include "merge/sha256.h"
#include "merge/version.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// The header of a checkpoint of several thousand tensors has some hundred kilobytes.
constexpr std::size_t kHead = std::size_t{1} << 20;

void add_input(const fs::path& path, Sha256& digest) {
  const MappedFile file(path);
  struct stat status {};
  static_cast<void>(::stat(path.c_str(), &status));  // it was opened a moment ago
  std::error_code ignored;
  const fs::path place = fs::canonical(path, ignored);
  digest.add(fmt::format("input {} {} {}.{:09}\n", place.native(), file.bytes().size(), status.st_mtim.tv_sec,
                         status.st_mtim.tv_nsec));
  digest.add(file.bytes().first(std::min(kHead, file.bytes().size())));
}

}  // namespace

std::string output_identity(const MergePlan& plan, const ShardLayout& layout, const std::string& recipe) {
  Sha256 digest;
  digest.add(fmt::format("tsugi {}\nrecipe {}\nseed {}\n", tool_version(), sha256_hex(recipe), plan.seed));
  for (const PlannedTensor& tensor : plan.tensors) {
    digest.add(fmt::format("tensor {:016x}\n", tensor.output.fingerprint));
  }
  for (const ShardFile& file : layout.files) {
    digest.add(fmt::format("file {} {}\n", file.name, file.size)).add(file.header);
  }
  for (const InputFile& input : input_files(plan)) add_input(input.path, digest);
  return digest.hex();
}

}  // namespace tsugi::merge
