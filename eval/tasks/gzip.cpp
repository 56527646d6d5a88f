// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

struct Close {
  void operator()(gzFile handle) const { gzclose(handle); }
};
using File = std::unique_ptr<gzFile_s, Close>;

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view what) {
  throw InputError(file.string(), what, "compress it again with gzip, or give the file as it is");
}

}  // namespace

std::string read_gzip(const std::filesystem::path& file, std::size_t most) {
  const File in(gzopen(file.c_str(), "rb"));
  if (in == nullptr) throw InputError(file.string(), "the file cannot be read", "check its permissions");
  constexpr std::size_t kBlock = std::size_t{1} << 16;  // most files of items are a few
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    // One byte more than allowed tells a larger file.
    const std::size_t block = std::min(kBlock, most + 1 - before);
    text.resize(before + block);
    const int count = gzread(in.get(), text.data() + before, static_cast<unsigned>(block));
    if (count < 0) refuse(file, "this is no gzip file, or a broken one");
    text.resize(before + static_cast<std::size_t>(count));
    if (gzdirect(in.get()) != 0 && !text.empty())
      refuse(file, "a name that ends in .gz, and no gzip in the file");
    if (text.size() > most) {
      throw InputError(file.string(), fmt::format("more than {} bytes of text in a compressed file", most),
                       "unpack it, or take a part of its documents");
    }
    if (count == 0) break;
  }
  int state = Z_OK;
  gzerror(in.get(), &state);
  if (state != Z_OK) refuse(file, "the file ends before its text does");
  return text;
}

}  // namespace tsugi::eval
