// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Brings the page to life; data-ready on the root element says that it is done.
"use strict";

(function start() {
  const data = JSON.parse(document.getElementById("run-data").textContent);
  const charts = new Charts(data);
  charts.draw();
  if (data.answers.models.length > 0) new AnswersTable(data.answers);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.draw());
  // The colours of paper are in force once the print media query holds.
  window.matchMedia("print").addEventListener("change", () => charts.draw());
  document.documentElement.dataset.ready = "true";
})();
