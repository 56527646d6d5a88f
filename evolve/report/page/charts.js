// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The charts, drawn by Chart.js in the page's own colours.
"use strict";

const kSeries = 6;  // colours in report.css

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function faint(hex, share) {
  return hex + Math.round(255 * share).toString(16).padStart(2, "0");
}

const inPercent = values => values.map(value => value === null ? null : 100 * value);

// The winner is gold, everything else has a colour of its own; lines of baselines are dashed.
function modelColour(model, i) {
  return model.kind === "winner" ? colour("gold") : colour(`series-${i % kSeries + 1}`);
}

function band(label, low, high, hex) {
  const common = {borderWidth: 0, pointRadius: 0, pointHitRadius: 0, backgroundColor: faint(hex, 0.16), order: 3};
  return [{...common, label: "", data: low, fill: false}, {...common, label, data: high, fill: "-1"}];
}

function fitnessDatasets(fitness) {
  const scaled = values => values.map(value => value === null ? null : fitness.scale * value);
  const best = scaled(fitness.best_so_far);
  const error = scaled(fitness.error);
  const end = sign => best.map((value, i) => value === null || error[i] === null ? null : value + sign * 1.96 * error[i]);
  const few = fitness.generations.length < 30;  // more points than that hide the line
  const line = {borderWidth: 2, pointRadius: few ? 2.5 : 0, tension: 0, fill: false, order: 1};
  return [
    ...(error.some(value => value !== null) ? band("95 % interval of the best", end(-1), end(1), colour("gold")) : []),
    ...band("middle half of the candidates", scaled(fitness.low_quartile), scaled(fitness.high_quartile),
        colour("series-1")),
    {...line, label: "best so far", data: best, borderColor: colour("gold"), backgroundColor: colour("gold")},
    {...line, label: "mean", data: scaled(fitness.mean), borderColor: colour("series-1"),
      backgroundColor: colour("series-1")},
    ...fitness.references.map((reference, i) => ({
      label: `${reference.kind} ${reference.name}`, data: fitness.generations.map(() => fitness.scale * reference.value),
      borderColor: colour(`series-${i + 3}`), backgroundColor: colour(`series-${i + 3}`), borderDash: [5, 4],
      borderWidth: 1.5, pointRadius: fitness.generations.length === 1 ? 3 : 0, fill: false, order: 2,
    })),
  ];
}

function axis(title, more) {
  return {title: {display: true, text: title}, grid: {color: faint(colour("rule"), 0.7)}, ...more};
}

// Plain boxes of colour: the border of a dashed line around one looks torn.
function plainLabels(chart) {
  const labels = Chart.defaults.plugins.legend.labels.generateLabels(chart);
  return labels.filter(label => label.text !== "").map(label => ({...label, lineWidth: 0}));
}

const legend = {labels: {boxWidth: 16, boxHeight: 6, generateLabels: plainLabels}};

function tooltip(digits) {
  const label = context => {
    const value = context.chart.config.type === "radar" ? context.parsed.r : context.parsed.y;
    return `${context.dataset.label}: ${value === null ? "none" : value.toFixed(digits)}`;
  };
  return {filter: item => item.dataset.label !== "", callbacks: {label}};
}

function fitnessChart(fitness) {
  return {
    type: "line",
    data: {labels: fitness.generations, datasets: fitnessDatasets(fitness)},
    options: {
      interaction: {mode: "index", intersect: false},
      scales: {x: axis("generation"), y: axis(fitness.title)},
      plugins: {legend, tooltip: tooltip(fitness.scale === 1 ? 4 : 1)},
    },
  };
}

// Three axes span a radar; fewer tasks are bars.
function tasksChart(tasks) {
  const radar = tasks.tasks.length >= 3;
  const datasets = tasks.models.map((model, i) => ({
    label: model.name, data: inPercent(model.values), borderColor: modelColour(model, i),
    backgroundColor: radar ? faint(modelColour(model, i), model.kind === "winner" ? 0.14 : 0) : faint(modelColour(model, i), 0.8),
    borderWidth: model.kind === "winner" ? 2.5 : 1.5, borderDash: radar && model.kind === "baseline" ? [5, 4] : [],
    pointRadius: 2, maxBarThickness: 44,
  }));
  const grid = {color: faint(colour("rule"), 0.7)};
  const scales = radar
      ? {r: {grid, angleLines: grid, suggestedMin: 0, ticks: {backdropColor: "transparent"}, pointLabels: {color: colour("ink")}}}
      : {x: {grid: {display: false}}, y: axis("score, %", {suggestedMin: 0})};
  const boxes = {labels: {boxWidth: 14, boxHeight: radar ? 2 : 10}};
  return {type: radar ? "radar" : "bar", data: {labels: tasks.tasks, datasets},
    options: {scales, plugins: {legend: boxes, tooltip: tooltip(1)}}};
}

function timesChart(times) {
  const bar = (label, data, name) => ({label, data, backgroundColor: faint(colour(name), 0.8), maxBarThickness: 40});
  return {
    type: "bar",
    data: {labels: times.generations, datasets: [
      bar("merging", times.merging, "gold"), bar("scoring", times.scoring, "series-1"),
      bar("bookkeeping", times.bookkeeping, "series-4"),
    ]},
    options: {
      scales: {x: axis("generation", {stacked: true, grid: {display: false}}), y: axis("seconds", {stacked: true})},
      plugins: {legend: {labels: {boxWidth: 14, boxHeight: 10}}, tooltip: tooltip(2)},
    },
  };
}

function setDefaults() {
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.color = colour("soft");
  Chart.defaults.borderColor = colour("rule");
  Chart.defaults.font.family = colour("sans");
  Chart.defaults.devicePixelRatio = Math.max(2, window.devicePixelRatio || 1);  // sharp on paper, too
}

// Draws all charts for which there is a canvas, in the colours of now.
class Charts {
  constructor(data) {
    this.data = data;
    this.charts = [];
  }

  draw() {
    for (const chart of this.charts) chart.destroy();
    this.charts = [];
    setDefaults();
    this.add("fitness-chart", fitnessChart, this.data.fitness);
    this.add("tasks-chart", tasksChart, this.data.tasks);
    this.add("times-chart", timesChart, this.data.times);
  }

  add(id, make, data) {
    const canvas = document.getElementById(id);
    if (canvas) this.charts.push(new Chart(canvas, make(data)));
  }
}
