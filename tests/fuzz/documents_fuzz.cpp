// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Item files: JSON lines, arrays, and tables.
#include <array>

#include "eval/tasks/documents.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

const tests::TemporaryFolder& folder() {
  static const tests::TemporaryFolder kFolder;
  return kFolder;
}

}  // namespace

std::vector<std::string> corpus() {
  return {
      "{\"a\": 1, \"n\": {\"x\": 1}, \"l\": []}\n{\"a\": 2.5, \"n\": {\"y\": \"s\"}, \"l\": [1], \"e\": "
      "null}\n",
      "[{\"d\": \"2024-01-02\", \"t\": \"2024-01-02 03:04:05\"}, {\"d\": \"2024-02-29\"}]",
      "q,n,f,b,e,m\n\"a, \"\"b\"\"\nc\",1,1.5,True,,1\nNA,2,2,False,x,\n\n z ,3,-1e3,TRUE,nan,3\n",
      "a\tb\n1\t\"x\"\n", "{\"question\": \"\xE6\x97\xA5\", \"choices\": [\"a\", \"b\"], \"label\": 1}\n"};
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 20> kWords{
      "{\"a\":", "[[[[[[[[",  "null", "1e999", "-0.0", "18446744073709551616", "\\ud800", "\\u0000", "\"\"",
      ",,,,",    "\r\n",      "\n\n", "NaN",   "True", "\xEF\xBB\xBF",         "{",       "}",       "[",
      "]",       "2024-02-30"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"items.jsonl", "items.csv", "items.jsonl.gz"}) {
    const auto file = fuzz::folder().write(name, text);
    fuzz::attempt([&] { eval::read_documents({file}); });
  }
  return 0;
}
