// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The answers of documents, read apart from their questions, so that those of a sealed test can wait.
#pragma once

#include <string>
#include <vector>

#include "eval/tasks/doc_reader.h"
#include "eval/tasks/task.h"

namespace tsugi::eval {

/// The choice that an index names, Python's way: from the end when negative. Throws InputError at `place`.
const std::string& chosen(const python::Json& target, const std::vector<std::string>& choices,
                          const std::string& place);

/// Fills what an item has of its document's answer: reference, target(s), gold(s), the worked answer, and
/// what its requests need of them.
class AnswerReader {
 public:
  /// `task` must outlive this.
  AnswerReader(const Task& task, const std::vector<std::string>& columns);

  /// What one document decides about all: whether each choice has a prompt of its own, and whether there are
  /// several right answers. The harness goes by the first.
  void learn(const python::Json& doc, const std::string& place);

  /// The harness looks up the first document's right choice and breaks off where there is none. Throws
  /// InputError.
  void check_first(const python::Json& doc, const std::string& place) const;

  void read(Item& item) const;

 private:
  void set_target(Item& item, const python::Json& gold, const python::Json& target) const;
  void set_golds(Item& item, const python::Json& gold) const;
  void complete_requests(Item& item, const python::Json& target) const;

  const Task& task_;
  DocReader reader_;
  std::optional<DocField> worked_;
  bool several_inputs_ = false;
  bool several_targets_ = false;
};

}  // namespace tsugi::eval
