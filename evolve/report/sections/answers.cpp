// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {

std::string answers_section(const Answers& answers) {
  if (answers.models.empty()) return "";
  std::string out = R"(<section id="answers" aria-labelledby="answers-title">
<h2 id="answers-title">Answers</h2>
<p>The items of the sealed test, for any two models. A model in the table of results and a task in the table of tasks
lead here.</p>
<noscript><p>This table needs scripts, which this page carries itself; the answers are in the run's folder
<code>samples</code>, too.</p></noscript>
<form class="controls" id="answers-controls">
<label>A <select id="model-a"></select></label>
<label>B <select id="model-b"></select></label>
<label>Task <select id="task"></select></label>
<label>Containing <input id="containing" type="search" autocomplete="off"/></label>
</form>
<div class="outcomes" id="outcomes" role="group" aria-label="Who was right"></div>
<p class="count" id="answers-count" role="status"></p>
<div class="scroll" tabindex="0"><table class="answers" id="answers-table">
<thead><tr><th scope="col">Item</th><th scope="col">Question</th><th scope="col">Reference</th>
<th scope="col" id="answer-a">A</th><th scope="col" id="answer-b">B</th></tr></thead>
<tbody></tbody></table></div>
<nav class="pages" aria-label="Pages of the table"><button type="button" id="earlier">Earlier</button>
<span id="page"></span> <button type="button" id="later">Later</button></nav>
)";
  for (const std::string& note : answers.notes)
    out += fmt::format("<p class=\"note\">No texts of {}.</p>\n", html::escaped(note));
  return out + "</section>\n";
}

}  // namespace tsugi::evolve
