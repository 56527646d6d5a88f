// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// rougeL and f1 of generated text: how far it and the reference share tokens, in order or at all. A token is
// a run of ASCII letters and digits in lower case, as rouge_score has it, or one letter of any other script,
// so that text without blanks has tokens too. Of several references the best counts.
#include <algorithm>
#include <map>

#include "eval/metrics/metric.h"
#include "eval/template/python_text.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval {
namespace {

using Tokens = std::vector<std::string>;

Tokens tokens_of(const std::string& text) {
  Tokens tokens;
  bool open = false;  // the last token is a run that may go on
  for (const char32_t c : python::code_points(python::lower(text))) {
    const bool ascii = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool letter = c >= 0x80 && (unicode::is_letter(c) || unicode::is_number(c));
    if (ascii || letter) {
      if (!ascii || !open) tokens.emplace_back();
      unicode::append_utf8(tokens.back(), c);
    }
    open = ascii;
  }
  return tokens;
}

// The words that the SQuAD script leaves out.
Tokens without_articles(Tokens tokens) {
  std::erase_if(tokens,
                [](const std::string& token) { return token == "a" || token == "an" || token == "the"; });
  return tokens;
}

std::size_t longest_common(const Tokens& a, const Tokens& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (const std::string& token : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = token == b[j - 1] ? diagonal + 1 : std::max(row[j], row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

std::size_t shared(const Tokens& a, const Tokens& b) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& token : b) ++counts[token];
  std::size_t count = 0;
  for (const std::string& token : a) {
    const auto found = counts.find(token);
    if (found == counts.end() || found->second == 0) continue;
    --found->second;
    ++count;
  }
  return count;
}

double harmonic(std::size_t common, std::size_t answered, std::size_t wanted) {
  if (common == 0) return 0;
  const double precision = static_cast<double>(common) / static_cast<double>(answered);
  const double recall = static_cast<double>(common) / static_cast<double>(wanted);
  return 2 * precision * recall / (precision + recall);
}

// Chin-Yew Lin, ROUGE (2004), equation 4 with equal weights.
double rouge_l(const std::string& answer, const std::string& reference) {
  const Tokens a = tokens_of(answer);
  const Tokens b = tokens_of(reference);
  return harmonic(longest_common(a, b), a.size(), b.size());
}

double token_f1(const std::string& answer, const std::string& reference) {
  const Tokens a = without_articles(tokens_of(answer));
  const Tokens b = without_articles(tokens_of(reference));
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  return harmonic(shared(a, b), a.size(), b.size());
}

template <double (*Score)(const std::string&, const std::string&)>
double best(const Task&, const MetricSpec&, const Item& item, const Answer& answer) {
  double most = item.targets.empty() ? Score(answer.filtered, item.target) : 0;
  for (const std::string& target : item.targets) most = std::max(most, Score(answer.filtered, target));
  return most;
}

}  // namespace

Metric metric_rouge_l() {
  return {"rougeL", OutputType::generate_until, best<rouge_l>};
}
Metric metric_f1_text() {
  return {"f1", OutputType::generate_until, best<token_f1>};
}

}  // namespace tsugi::eval
