// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/grade.h"

#include <algorithm>

#include "eval/tasks/filters.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

const Metric& metric_of(const Task& task, const MetricSpec& spec) {
  const Metric* metric = find_metric(spec.metric, task);
  if (metric == nullptr) throw Error("metric '" + spec.metric + "' was not checked when the task was loaded");
  return *metric;
}

}  // namespace

// Windows of one text add up; behind the choices stand those without a context.
Answer answer_of(const Task& task, const Item& item, std::span<const Likelihood> likelihoods) {
  Answer answer;
  if (task.output_type == OutputType::loglikelihood_rolling) {
    double sum = 0;
    for (const Likelihood& window : likelihoods) sum += window.sum;
    answer.log_likelihoods = {sum};
    answer.greedy = {false};
    return answer;
  }
  const std::size_t choices = std::max<std::size_t>(1, item.choices.size());
  for (std::size_t i = 0; i < likelihoods.size(); ++i) {
    (i < choices ? answer.log_likelihoods : answer.unconditional).push_back(likelihoods[i].sum);
    answer.greedy.push_back(likelihoods[i].greedy);
  }
  return answer;
}

void add_columns(const Task& task, std::span<const Item> items, const FilterPipeline& pipeline,
                 std::span<const std::size_t> which, merge::Concurrency concurrency, TaskScores& scores) {
  const FilterChain filters(pipeline);
  const std::size_t first = scores.columns.size();
  for (const MetricSpec& spec : task.metrics) {
    MetricColumn column{spec.metric, pipeline.name, std::vector<double>(which.size())};
    if (metric_of(task, spec).parts != nullptr) column.parts.resize(which.size());
    scores.columns.push_back(std::move(column));
  }
  const bool texts = task.output_type == OutputType::generate_until;
  std::vector<std::string>& filtered = scores.filtered.emplace_back(texts ? which.size() : 0);
  merge::for_each(concurrency, which.size(), [&](std::size_t i) {
    Answer& answer = scores.answers[i];
    if (texts) {
      answer.filtered = filters.apply(answer.response, items[which[i]].doc);
      answer.is_list = filters.leaves_list();
      filtered[i] = answer.filtered;
    }
    for (std::size_t m = 0; m < task.metrics.size(); ++m) {
      const MetricSpec& spec = task.metrics[m];
      const Metric& metric = metric_of(task, spec);
      MetricColumn& column = scores.columns[first + m];
      column.values[i] = metric.value(task, spec, items[which[i]], answer);
      if (metric.parts != nullptr) column.parts[i] = metric.parts(task, spec, items[which[i]], answer);
    }
  });
}

}  // namespace tsugi::eval
