// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Task files: one that is read renders its items.
#include <array>

#include "eval/tasks/task.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

const tests::TemporaryFolder& folder() {
  static const tests::TemporaryFolder kFolder;
  static const bool kWritten = [] {
    std::string items;
    for (int i = 0; i < 8; ++i)
      items += R"({"question":"Q","answer":"a 1","label":)" + std::to_string(i % 2) +
               R"(,"choices":["x","y"],"n":{"k":[1.5,null]}})" + "\n";
    kFolder.write("items.jsonl", items);
    return true;
  }();
  static_cast<void>(kWritten);
  return kFolder;
}

constexpr const char* kHead =
    "task: t\ndataset_path: json\ndataset_kwargs: {data_files: {a: items.jsonl, b: "
    "items.jsonl}}\ntest_split: a\n";

}  // namespace

std::vector<std::string> corpus() {
  const std::string head = kHead;
  return {
      head + "doc_to_text: 'Q: {{question}}'\ndoc_to_target: answer\nnum_fewshot: 2\nfewshot_split: b\n",
      head +
          "output_type: multiple_choice\ndoc_to_text: question\ndoc_to_choice: choices\ndoc_to_target: "
          "label\nmetric_list:\n"
          "  - {metric: acc, aggregation: mean, higher_is_better: yes}\n  - metric: acc_mutual_info\n",
      head +
          "output_type: multiple_choice\ndoc_to_text: label\ndoc_to_choice: '{{[question + choices[0], "
          "question]}}'\n"
          "doc_to_target: '{{answer}}'\ntarget_delimiter: ''\nfewshot_config: {sampler: first_n, samples: "
          "[{label: 0, question: q, choices: [x], answer: a}]}\n",
      head +
          "output_type: loglikelihood_rolling\ndoc_to_text: ''\ndoc_to_target: '{{n.k}}!'\ndescription: "
          "'D\n\n  '\n",
      head + "output_type: loglikelihood\ndoc_to_text: question\ndoc_to_target: answer\ngen_prefix: \"x\"\n",
      head +
          "doc_to_text: question\ndoc_to_target: '{{[answer]}}'\ngeneration_kwargs: {until: [\"\\n\"], "
          "max_gen_toks: 8}\nfilter_list:\n"
          "  - name: n\n    filter: [{function: regex, regex_pattern: '[0-9]+', group_select: -1}, "
          "{function: take_first}]\n"
          "metadata: {version: 1.0, tsugi: {language: ja}}\n"};
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 30> kWords{"include: items.jsonl\n",
                                                           "num_fewshot: 3\n",
                                                           "fewshot_split: b\n",
                                                           "fewshot_config:\n",
                                                           "output_type: ",
                                                           "multiple_choice\n",
                                                           "doc_to_choice: ",
                                                           "{{ ",
                                                           " }}",
                                                           "{% for a in choices %}",
                                                           "{% endfor %}",
                                                           "{% set ",
                                                           "gen_prefix: '{{question}}'\n",
                                                           "repeats: 2\n",
                                                           "metric: f1\n",
                                                           "filter_list:\n",
                                                           "tag: x\n",
                                                           "&a ",
                                                           "*a",
                                                           "<<: *a\n",
                                                           "!!str ",
                                                           "!function m.f",
                                                           "|\n",
                                                           ">-\n",
                                                           "'",
                                                           "\"",
                                                           "\\x41",
                                                           "[",
                                                           "]",
                                                           "~"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const auto file =
      fuzz::folder().write("t.yaml", std::string_view(reinterpret_cast<const char*>(data), size));
  fuzz::attempt([&] { eval::load_items(eval::load_task(file.string(), {}, "")); });
  return 0;
}
