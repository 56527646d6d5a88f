// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What was asked and answered, item by item, in lm-evaluation-harness's form.
#pragma once

#include <string>

#include "eval/results/results.h"

namespace tsugi::eval {

/// SHA-256 of one item, equal to lm-evaluation-harness's where document, prompt and target are: the document
/// as JSON indented by two, the text of the first request, str(target).
struct SampleHashes {
  std::string doc;
  std::string prompt;
  std::string target;
};
SampleHashes sample_hashes(const Task& task, const Item& item);

/// One line an item and filter, the items of one filter after another: doc_id, doc, target, arguments, resps,
/// filtered_resps, filter, metrics, hashes and the item's own value of each metric.
std::string samples_jsonl(const TaskResult& result);

/// SHA-256 of the hashes of all items, once for each filter: the harness's task_hashes. Two runs with the
/// same hash asked the same questions.
std::string task_hash(const TaskResult& result);

}  // namespace tsugi::eval
