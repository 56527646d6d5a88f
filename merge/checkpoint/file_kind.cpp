// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/file_kind.h"

#include <algorithm>
#include <array>

namespace tsugi::merge {
namespace {

using namespace std::string_view_literals;  // magics with zero bytes and hexadecimal escapes

struct Row {
  std::string_view magic;
  ForeignKind kind;
};

constexpr std::string_view kReSave =
    "pass the original weights as safetensors (load them and save_pretrained writes it)";
constexpr std::string_view kDownload = "download the file again";

constexpr std::array kBinary{
    Row{"version https://git-lfs.github.com/spec/v1"sv,
        {"this is a Git LFS pointer: the file itself was not downloaded",
         "run 'git lfs pull', or download the file again", true}},
    Row{"PK\x03\x04"sv,
        {"this is a zip archive (PyTorch .bin?), not safetensors",
         "name it pytorch_model.bin, beside its config.json"}},
    Row{"\x80\x02"sv, {"this is a Python pickle, not safetensors", kReSave}},
    Row{"\x80\x03"sv, {"this is a Python pickle, not safetensors", kReSave}},
    Row{"\x80\x04"sv, {"this is a Python pickle, not safetensors", kReSave}},
    Row{"\x80\x05"sv, {"this is a Python pickle, not safetensors", kReSave}},
    Row{"GGUF"sv, {"this is a GGUF file, not safetensors", "name it model.gguf and pass the file itself"}},
    Row{"\x89HDF"sv, {"this is an HDF5 file, not safetensors", kReSave}},
    Row{"\x1f\x8b"sv, {"this is a gzip archive, not safetensors", "unpack it first"}},
};

constexpr std::array kText{
    Row{"<"sv, {"this is a web page: the file itself was not downloaded", kDownload, true}},
    Row{"{"sv,
        {"this is JSON text (a server's error?), not safetensors: the file was not downloaded", kDownload,
         true}},
};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool printable(char c) {
  return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

std::optional<ForeignKind> foreign_kind(std::span<const std::byte> file) {
  constexpr std::size_t kLook = 64;  // longer than every magic, with room for white space before a tag
  const std::string_view head(reinterpret_cast<const char*>(file.data()), std::min(file.size(), kLook));
  for (const Row& row : kBinary) {
    if (starts_with(head, row.magic)) return row.kind;
  }
  const std::size_t first =
      head.find_first_not_of(starts_with(head, "\xEF\xBB\xBF") ? "\xEF\xBB\xBF \t\r\n" : " \t\r\n");
  if (first != std::string_view::npos) {
    for (const Row& row : kText) {
      if (starts_with(head.substr(first), row.magic)) return row.kind;
    }
  }
  if (!head.empty() && std::all_of(head.begin(), head.end(), printable)) {
    return ForeignKind{"this is a text file, not safetensors", "check the path"};
  }
  if (head.size() >= 8 && std::all_of(head.begin(), head.end(), [](char c) { return c == 0; })) {
    return ForeignKind{"the file begins with zeros: its download broke off", kDownload, true};
  }
  return std::nullopt;
}

}  // namespace tsugi::merge
