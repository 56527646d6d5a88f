// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of answers: any two models, item by item. What it shows stands in the address behind "#answers?", so that a
// view can be linked to and the browser's back button works. Text enters the page as text, never as markup.
"use strict";

const kItemsOnAPage = 25;

// Who was right, told by two scores of one item. `better` is 1 where more is better, -1 where less is.
const kOutcomes = [
  {id: "differ", label: () => "They differ", holds: (a, b) => a !== b},
  {id: "only-a", label: (a, b, graded) => graded ? `${a} scores higher` : `Only ${a} right`,
    holds: (a, b, better) => better * a > better * b},
  {id: "only-b", label: (a, b, graded) => graded ? `${b} scores higher` : `Only ${b} right`,
    holds: (a, b, better) => better * a < better * b},
  {id: "both", label: (a, b, graded) => graded ? "Equal, above 0" : "Both right", holds: (a, b) => a === b && a > 0},
  {id: "neither", label: (a, b, graded) => graded ? "Equal, at most 0" : "Both wrong", holds: (a, b) => a === b && a <= 0},
  {id: "all", label: () => "All", holds: () => true},
];

class AnswersTable {
  constructor(data) {
    this.data = data;
    this.graded = data.items.some(item => item.scores.some(score => score !== null && score !== 0 && score !== 1));
    const winner = data.models.length - 1;  // stands last
    this.state = {a: 0, b: winner, task: -1, show: "differ", containing: "", page: 0};
    this.fillControls();
    this.listen();
    this.readAddress(false);
  }

  fillControls() {
    for (const id of ["model-a", "model-b"]) {
      const select = document.getElementById(id);
      this.data.models.forEach((model, i) => select.add(new Option(model.name, i)));
    }
    const tasks = document.getElementById("task");
    tasks.add(new Option("all tasks", -1));
    this.data.tasks.forEach((task, i) => tasks.add(new Option(task.name, i)));
    tasks.parentElement.hidden = this.data.tasks.length < 2;
    const outcomes = document.getElementById("outcomes");
    for (const outcome of kOutcomes) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.show = outcome.id;
      button.addEventListener("click", () => this.change({show: outcome.id}));
      outcomes.append(button);
    }
  }

  listen() {
    const number = (id, key) => document.getElementById(id).addEventListener(
        "change", event => this.change({[key]: Number(event.target.value)}));
    number("model-a", "a");
    number("model-b", "b");
    number("task", "task");
    document.getElementById("answers-controls").addEventListener("submit", event => event.preventDefault());
    document.getElementById("containing").addEventListener(
        "input", event => this.change({containing: event.target.value}));
    document.getElementById("earlier").addEventListener("click", () => this.turn(-1));
    document.getElementById("later").addEventListener("click", () => this.turn(1));
    window.addEventListener("hashchange", () => this.readAddress(true));
    for (const link of document.querySelectorAll("[data-compare]")) {
      link.href = this.address({...this.state, a: this.modelCalled(link.dataset.compare, 0), page: 0});
    }
    this.data.tasks.forEach((task, i) => {
      for (const link of document.querySelectorAll("[data-task]")) {
        if (link.dataset.task === task.name) link.href = this.address({...this.state, task: i, show: "all", page: 0});
      }
    });
  }

  modelCalled(name, otherwise) {
    const found = this.data.models.findIndex(model => model.name === name);
    return found >= 0 ? found : otherwise;
  }

  address(state) {
    const fields = new URLSearchParams({a: this.data.models[state.a].name, b: this.data.models[state.b].name});
    if (state.task >= 0) fields.set("task", this.data.tasks[state.task].name);
    if (state.show !== "differ") fields.set("show", state.show);
    if (state.containing) fields.set("containing", state.containing);
    if (state.page > 0) fields.set("page", state.page + 1);
    return "#answers?" + fields.toString();
  }

  // A foreign or outdated address shows what it can.
  readAddress(scroll) {
    const hash = location.hash;
    if (hash === this.written) return;
    this.written = hash;
    if (hash.startsWith("#answers?")) {
      const fields = new URLSearchParams(hash.slice("#answers?".length));
      const task = this.data.tasks.findIndex(one => one.name === fields.get("task"));
      const show = kOutcomes.some(one => one.id === fields.get("show")) ? fields.get("show") : "differ";
      this.state = {
        a: this.modelCalled(fields.get("a"), 0), b: this.modelCalled(fields.get("b"), this.data.models.length - 1),
        task, show, containing: fields.get("containing") || "", page: Math.max(0, (Number(fields.get("page")) || 1) - 1),
      };
      if (scroll) document.getElementById("answers").scrollIntoView();
    }
    this.show();
  }

  change(fields) {
    this.state = {...this.state, page: 0, ...fields};
    this.written = this.address(this.state);
    // Every letter that is typed would be a step back otherwise.
    if ("containing" in fields) {
      history.replaceState(null, "", this.written);
    } else {
      location.hash = this.written;
    }
    this.show();
  }

  turn(by) {
    this.change({page: this.state.page + by});
    document.getElementById("answers-count").scrollIntoView({block: "nearest"});
  }

  text(item, which) {
    return item.texts ? this.data.texts[item.texts[which]] : null;
  }

  contains(item, wanted) {
    if (!wanted) return true;
    const texts = item.texts ? item.texts.map(number => this.data.texts[number]) : [];
    return [item.id, ...texts].some(text => text.toLowerCase().includes(wanted));
  }

  // Items of both models under the other filters, before the one of who was right.
  candidates() {
    const {a, b, task, containing} = this.state;
    const wanted = containing.toLowerCase();
    return this.data.items.filter(item => (task < 0 || item.task === task) && item.scores[a] !== null &&
        item.scores[b] !== null && this.contains(item, wanted));
  }

  holds(outcome, item) {
    const better = this.data.tasks[item.task].less_is_better ? -1 : 1;
    return outcome.holds(item.scores[this.state.a], item.scores[this.state.b], better);
  }

  show() {
    const {a, b, task, show, containing} = this.state;
    document.getElementById("model-a").value = a;
    document.getElementById("model-b").value = b;
    document.getElementById("task").value = task;
    document.getElementById("containing").value = containing;
    const nameA = this.data.models[a].name;
    const nameB = this.data.models[b].name;
    document.getElementById("answer-a").textContent = nameA;
    document.getElementById("answer-b").textContent = nameB;
    const candidates = this.candidates();
    for (const button of document.getElementById("outcomes").children) {
      const outcome = kOutcomes.find(one => one.id === button.dataset.show);
      const count = candidates.filter(item => this.holds(outcome, item)).length;
      button.textContent = `${outcome.label(nameA, nameB, this.graded)}: ${count}`;
      button.setAttribute("aria-pressed", String(outcome.id === show));
    }
    const chosen = kOutcomes.find(one => one.id === show);
    this.fill(candidates.filter(item => this.holds(chosen, item)), nameA, nameB);
  }

  fill(items, nameA, nameB) {
    const pages = Math.max(1, Math.ceil(items.length / kItemsOnAPage));
    this.state.page = Math.min(this.state.page, pages - 1);
    const begin = this.state.page * kItemsOnAPage;
    const shown = items.slice(begin, begin + kItemsOnAPage);
    const range = shown.length ? `${begin + 1} to ${begin + shown.length} of ${items.length} items` : "No item";
    const leftOut = items.filter(item => !item.texts).length;
    document.getElementById("answers-count").textContent =
        range + (leftOut ? `; ${leftOut} of them without texts, which are in the run’s folder samples at most` : "");
    document.getElementById("page").textContent = `Page ${this.state.page + 1} of ${pages}`;
    document.getElementById("earlier").disabled = this.state.page === 0;
    document.getElementById("later").disabled = this.state.page + 1 >= pages;
    document.querySelector("#answers-table tbody").replaceChildren(
        ...shown.map(item => this.row(item, nameA, nameB)));
  }

  row(item, nameA, nameB) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    const task = this.data.tasks[item.task].name + "/";
    const short = this.data.tasks.length === 1 && item.id.startsWith(task);
    name.textContent = short ? item.id.slice(task.length) : item.id;
    row.append(name, this.cell("Question", this.text(item, 0)), this.cell("Reference", this.text(item, 1)));
    for (const [model, label] of [[this.state.a, nameA], [this.state.b, nameB]]) {
      const cell = this.cell(label, this.text(item, 2 + model));
      cell.prepend(this.mark(item.scores[model]));
      row.append(cell);
    }
    return row;
  }

  cell(label, text) {
    const cell = document.createElement("td");
    cell.dataset.label = label;
    const span = document.createElement("span");
    span.className = "text";
    span.dir = "auto";
    span.textContent = text === null ? "" : text;
    cell.append(span);
    return cell;
  }

  mark(score) {
    const mark = document.createElement("span");
    if (this.graded) {
      mark.className = "mark";
      mark.textContent = String(score);
    } else {
      mark.className = score > 0 ? "mark right" : "mark wrong";
      mark.textContent = score > 0 ? "✓ right" : "✗ wrong";
    }
    return mark;
  }
}
