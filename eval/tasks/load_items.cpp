// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Documents to items: prompts with their examples, and what is asked of the model (lm_eval/api/task.py:
// fewshot_context, construct_requests, process_results; lm_eval/api/samplers.py).
#include <fmt/format.h>

#include <algorithm>

#include "eval/tasks/answers.h"
#include "eval/tasks/doc_reader.h"
#include "eval/tasks/documents.h"
#include "eval/tasks/python_random.h"
#include "eval/tasks/task.h"

namespace tsugi::eval {
namespace {

using python::Json;

// One question with its answer, or with what its answer begins with.
struct Turn {
  std::string question;
  std::optional<std::string> answer;
  std::string gen_prefix;
  std::string target_delimiter;
  std::string delimiter;
};

void append_turn(const Turn& turn, std::vector<Message>& messages) {
  const bool answered = turn.answer && !turn.answer->empty();
  std::string between;
  if (turn.gen_prefix.empty() ? answered : needs_delimiter(turn.question, turn.gen_prefix))
    between = turn.target_delimiter;
  messages.push_back({"user", turn.question, between});
  if (answered) {
    messages.push_back({"assistant", delimited(turn.gen_prefix, *turn.answer, " "), turn.delimiter});
  } else if (!turn.gen_prefix.empty()) {
    messages.push_back({"assistant", turn.gen_prefix, ""});
  }
}

// The documents that examples are taken from.
class Shots {
 public:
  Shots(const Task& task, const PromptOptions& options, const std::vector<std::string>& columns)
      : config_(task.fewshot), random_(options.fewshot_seed) {
    count_ = shots_of(task, options);
    if (count_ == 0) return;
    if (!config_.files.empty()) {
      pool_ = read_documents(config_.files, config_.process_docs, task.typing).rows;
    } else {
      pool_ = config_.samples;
    }
    reader_.emplace(task, "", config_.doc_to_text, config_.doc_to_target, config_.doc_to_choice, columns);
    if (config_.gen_prefix.is_string())
      prefix_.emplace(task, "gen_prefix", config_.gen_prefix.get<std::string>(), columns);
    const std::size_t needed = count_ + (config_.leaves_out && !config_.first_n ? 1 : 0);
    if (pool_.size() < needed) {
      throw InputError(
          task.file,
          fmt::format("{} examples are asked for, and {} documents are there to take them from", count_,
                      pool_.size()),
          "ask for fewer with num_fewshot, or name a split with more documents as fewshot_split");
    }
  }

  std::size_t count() const { return count_; }

  // Appends the examples for a document. Draws follow each other, so documents must come in order.
  void append(const Json& doc, std::vector<Message>& messages) {
    for (const Json& example : examples(doc)) {
      const std::string place = "an example";
      const std::vector<std::string> choices = reader_->choices(example, place);
      Json question = reader_->question(example, place);
      if (question.is_number_integer()) question = chosen(question, choices, place);
      Turn turn;
      turn.question = question.get<std::string>();
      turn.answer = answer(reader_->target(example, place), choices, place);
      if (prefix_) turn.gen_prefix = prefix_->text(example, place);
      turn.target_delimiter = config_.target_delimiter;
      turn.delimiter = config_.delimiter;
      append_turn(turn, messages);
    }
  }

 private:
  std::vector<Json> examples(const Json& doc) {
    std::vector<Json> found;
    if (config_.first_n) {
      for (const Json& row : pool_) {
        if (found.size() < count_ && !(config_.leaves_out && python::equal(row, doc))) found.push_back(row);
      }
    } else {
      for (const std::size_t i : random_.sample(pool_.size(), count_ + (config_.leaves_out ? 1 : 0))) {
        if (found.size() < count_ && !(config_.leaves_out && python::equal(pool_[i], doc)))
          found.push_back(pool_[i]);
      }
      if (found.size() < count_) found = drawn_from_others(doc);
    }
    if (found.size() < count_)
      throw InputError("num_fewshot", "too few documents are left beside the one that is asked",
                       "ask for fewer examples");
    return found;
  }

  // Where a document is there several times and all of them were drawn.
  std::vector<Json> drawn_from_others(const Json& doc) {
    std::vector<Json> others;
    for (const Json& row : pool_) {
      if (!python::equal(row, doc)) others.push_back(row);
    }
    std::vector<Json> found;
    if (others.size() < count_) return found;
    for (const std::size_t i : random_.sample(others.size(), count_)) found.push_back(others[i]);
    return found;
  }

  static std::string answer(const Json& target, const std::vector<std::string>& choices,
                            const std::string& place) {
    if (!choices.empty() && python::integer(target)) return chosen(target, choices, place);
    const Json& first = target.is_array() && !target.empty() ? target.front() : target;
    if (!first.is_string()) {
      throw InputError(place, fmt::format("doc_to_target gives {}, expected text", python::repr(first)),
                       "use a template: \"{{column}}\"");
    }
    return first.get<std::string>();
  }

  const FewshotConfig& config_;
  PythonRandom random_;
  std::size_t count_ = 0;
  std::vector<Json> pool_;
  std::optional<DocReader> reader_;
  std::optional<DocField> prefix_;
};

class ItemBuilder {
 public:
  ItemBuilder(const Task& task, const PromptOptions& options, const std::vector<std::string>& columns)
      : task_(task),
        options_(options),
        reader_(task, "", task.doc_to_text, task.doc_to_target, task.doc_to_choice, columns),
        answers_(task, columns),
        shots_(task, options, columns) {
    if (!task.description.empty()) description_.emplace(task, "description", task.description, columns);
    if (task.gen_prefix.is_string())
      prefix_.emplace(task, "gen_prefix", task.gen_prefix.get<std::string>(), columns);
    mutual_ = std::any_of(task.metrics.begin(), task.metrics.end(),
                          [](const MetricSpec& spec) { return spec.metric == "acc_mutual_info"; });
    if (task.output_type == OutputType::loglikelihood_rolling && shots_.count() > 0)
      throw InputError(task.file, "examples before texts that are scored whole", "set num_fewshot: 0");
  }

  /// What the first document of all has decides about the rest.
  void learn(const Json& doc, const std::string& place) {
    several_inputs_ = reader_.question(doc, place).is_number_integer();
    for (const std::string& choice : reader_.choices(doc, place)) {
      // The harness looks at the first letter of each, of this document alone.
      if (choice.empty())
        throw InputError(place, "an empty choice of the first document", "give every choice some text");
    }
    if (!options_.answers) return;
    answers_.learn(doc, place);
    answers_.check_first(doc, place);
  }

  Item build(std::size_t doc_id, const Json& doc, const std::string& place) {
    Item item;
    item.doc_id = doc_id;
    item.doc = doc;
    item.place = place;
    item.answered = false;
    item.choices = reader_.choices(doc, place);
    // Where each choice has a prompt of its own, the question's number is the answer.
    const Json question = several_inputs_ ? Json() : reader_.question(doc, place);
    const std::vector<std::string> contexts = this->contexts(doc, question, item.choices, place);
    item.prompt = contexts.front();
    item.question = several_inputs_ ? item.choices.front() : question.get<std::string>();
    set_requests(item, contexts);
    if (options_.answers) answers_.read(item);
    return item;
  }

 private:
  std::vector<Message> opening(const Json& doc, const std::string& place) {
    const std::string description = description_ ? description_->text(doc, place) : "";
    const std::string system = delimited(options_.system_instruction, description, task_.fewshot.delimiter);
    std::vector<Message> messages;
    if (!system.empty()) messages.push_back({"system", system, ""});
    if (shots_.count() > 0) shots_.append(doc, messages);
    return messages;
  }

  // The prompt, or one for each choice.
  std::vector<std::string> contexts(const Json& doc, const Json& question,
                                    const std::vector<std::string>& choices, const std::string& place) {
    const std::vector<Message> before = opening(doc, place);
    Turn turn;
    if (prefix_) turn.gen_prefix = prefix_->text(doc, place);
    std::vector<std::string> questions = choices;
    if (!several_inputs_) {
      if (!question.is_string())
        throw InputError(place, "doc_to_text gives a number where the first document's gives text",
                         "give text, or numbers throughout");
      questions = {question.get<std::string>()};
      turn.target_delimiter = task_.target_delimiter;
    }
    std::vector<std::string> result;
    for (const std::string& text : questions) {
      std::vector<Message> messages = before;
      turn.question = text;
      append_turn(turn, messages);
      result.push_back(rendered(std::move(messages), turn.gen_prefix.empty()));
    }
    if (result.empty()) throw InputError(place, "no choices", "every document needs a list of choices");
    return result;
  }

  std::string rendered(std::vector<Message> messages, bool generate) const {
    if (!options_.chat) return joined(messages);
    if (!options_.multiturn) messages = as_single_turn(std::move(messages));
    return options_.chat(messages, generate);
  }

  // As far as they do not depend on the answer.
  void set_requests(Item& item, const std::vector<std::string>& contexts) const {
    if (task_.output_type == OutputType::generate_until) return;
    if (task_.output_type != OutputType::multiple_choice) {
      item.requests.push_back({item.prompt, ""});
      return;
    }
    const std::string delimiter = choice_delimiter();
    if (several_inputs_) {
      for (const std::string& context : contexts) item.requests.push_back({context, delimiter});
    } else {
      for (const std::string& choice : item.choices)
        item.requests.push_back({item.prompt, delimiter + choice});
    }
    if (!mutual_) return;
    for (const std::string& choice : item.choices) item.requests.push_back({"", delimiter + choice});
  }

  // A chat template ends in white space of its own.
  std::string choice_delimiter() const {
    if (!options_.chat) return task_.target_delimiter;
    const std::string prefix = task_.gen_prefix.is_string() ? task_.gen_prefix.get<std::string>() : "";
    return needs_delimiter(prefix, "x") ? task_.target_delimiter : "";
  }

  const Task& task_;
  const PromptOptions& options_;
  DocReader reader_;
  AnswerReader answers_;
  Shots shots_;
  std::optional<DocField> description_;
  std::optional<DocField> prefix_;
  bool mutual_ = false;
  bool several_inputs_ = false;
};

std::vector<std::size_t> documents_to_ask(const Task& task, const PromptOptions& options, std::size_t count) {
  std::vector<std::size_t> which = options.which;
  for (const std::size_t i : which) {
    if (i >= count)
      throw InputError(task.file, fmt::format("document {} of {} is asked for", i, count),
                       "numbers begin with 0");
  }
  if (which.empty()) {
    which.resize(std::min(options.limit.value_or(count), count));
    for (std::size_t i = 0; i < which.size(); ++i) which[i] = i;
  }
  return which;
}

}  // namespace

std::string_view name_of(OutputType type) {
  switch (type) {
    case OutputType::generate_until:
      return "generate_until";
    case OutputType::multiple_choice:
      return "multiple_choice";
    case OutputType::loglikelihood:
      return "loglikelihood";
    case OutputType::loglikelihood_rolling:
      break;
  }
  return "loglikelihood_rolling";
}

std::size_t count_documents(const Task& task) {
  return read_documents(task.data_files, task.process_docs, task.typing).rows.size();
}

std::size_t shots_of(const Task& task, const PromptOptions& options) {
  return task.fewshot.fixed ? 0 : options.num_fewshot.value_or(task.fewshot.count);
}

std::vector<Item> load_items(const Task& task, const PromptOptions& options) {
  const Documents documents = read_documents(task.data_files, task.process_docs, task.typing);
  if (documents.rows.empty()) return {};
  ItemBuilder builder(task, options, documents.columns);
  builder.learn(documents.rows.front(), documents.places.front());
  std::vector<Item> items;
  for (const std::size_t i : documents_to_ask(task, options, documents.rows.size()))
    items.push_back(builder.build(i, documents.rows[i], documents.places[i]));
  return items;
}

}  // namespace tsugi::eval
