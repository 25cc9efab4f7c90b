(() => {
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const controls = byId("controls");

// What is shown ------------------------------------------------------------------------------------------------------

const state = {};

function readControls() {
  const form = new FormData(controls);
  state.split = form.get("split") ?? "";
  state.kind = form.get("kind");
  state.measure = form.get("measure");
  state.band = form.has("band");
  state.positions = new Set(form.getAll("shown").map(Number));
  state.shown = data.names.filter((_, position) => state.positions.has(position));
  state.cell = state.split + "/" + state.kind;
}

function isShown({dataset}) {
  return (dataset.split === undefined || dataset.split === state.split)
    && (dataset.kind === undefined || dataset.kind === state.kind)
    && (dataset.groups ?? "").split(" ").every((one) => one === "" || state.positions.has(Number(one)));
}

function update() {
  readControls();
  for (const element of all("[data-split], [data-kind], [data-groups]")) element.hidden = !isShown(element);
  if (!targetIsChosen && byId("target")) byId("target").value = data.targets[state.cell] ?? "";
  showLabels();
  filterExamples();
  for (const place of drawn.keys()) refresh(place);
}

// Charts -------------------------------------------------------------------------------------------------------------

const drawn = new Map();
const ONLY_ERRORS = 1;

const valueOf = (place, {name, value}) => (name === "panel" ? place.dataset.method : state[name] ?? value);

async function draw(place) {
  if (drawn.has(place)) return;
  drawn.set(place, null);
  const spec = data.charts[place.dataset.chart];
  const params = spec.params.map((param) => ({...param, value: valueOf(place, param)}));
  const caption = place.closest("figure").querySelector("figcaption").textContent.replace(/\s+/g, " ").trim();
  const description = `${place.dataset.label}. ${caption}`;
  const options = {renderer: "svg", actions: false, logLevel: ONLY_ERRORS};
  const {view} = await vegaEmbed(place, {...spec, params, description}, options);
  place.style.minHeight = "";
  drawn.set(place, view);
  await refresh(place);
}

async function refresh(place) {
  const view = drawn.get(place);
  if (!view) return;
  for (const param of data.charts[place.dataset.chart].params) view.signal(param.name, valueOf(place, param));
  await view.runAsync();
}

function drawWhenNear() {
  const places = all(".chart");
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, {rootMargin: "500px"});
  places.forEach((place) => observer.observe(place));
  addEventListener("beforeprint", () => places.filter((place) => place.offsetParent).forEach(draw));
}

// Labels needed ------------------------------------------------------------------------------------------------------

let targetIsChosen = data.target !== null;

// The annotations with which a method's mean curve reaches an F1, and those of its first round.
function needed(curve, target) {
  if (!curve || Number.isNaN(target)) return {least: 0, value: null};
  const {mean, [state.measure]: budgets} = curve;
  const k = mean.findIndex((f1) => f1 >= target);
  if (k < 1) return {least: budgets[0], value: k === 0 ? budgets[0] : null};
  const share = (target - mean[k - 1]) / (mean[k] - mean[k - 1]);
  return {least: budgets[0], value: budgets[k - 1] + share * (budgets[k] - budgets[k - 1])};
}

function saved(own, other) {
  if (own.value === null || other.value === null || other.value <= other.least) return "–";
  const share = Math.round(100 * (1 - own.value / other.value));
  if (share === 0) return "as many";
  return share > 0 ? `${own.value <= own.least ? "≥ " : ""}${share} % fewer` : `${-share} % more`;
}

function showLabels() {
  if (!byId("target")) return;
  const [target, rival] = [byId("target").valueAsNumber, byId("rival").value];
  for (const {dataset, firstElementChild} of all(".reached")) {
    const table = firstElementChild.querySelector("table");
    const curves = data.reached[dataset.cell];
    const [labels, against] = [...table.tHead.rows[0].cells].slice(-2);
    labels.textContent = `${state.measure} to ${Number.isNaN(target) ? "…" : target}`;
    against.textContent = `saved against ${rival}`;
    for (const row of table.tBodies[0].rows) {
      const cells = [...row.cells].slice(-2);
      const name = data.names[row.dataset.groups.trim()];
      const own = needed(curves[name], target);
      if (curves[name].mean.length < 2) continue;
      const least = own.value !== null && own.value <= own.least ? "≤ " : "";
      cells[0].textContent = own.value === null ? "not reached" : least + Math.round(own.value).toLocaleString("en");
      cells[1].textContent = name === rival ? "–" : saved(own, needed(curves[rival], target));
    }
  }
}

function chooseTarget() {
  targetIsChosen = byId("target").value !== "";
  showLabels();
}

// Examples -----------------------------------------------------------------------------------------------------------

const A_PAGE = 5;
let chosen = [];
let first = 0;

function filterExamples() {
  const filters = byId("filters");
  if (!filters) return;
  const form = new FormData(filters);
  const [group, round, verdict] = ["group", "round", "verdict"].map((name) => form.get(name));
  chosen = data.examples.filter((example) => (group
    ? example.method === group : state.shown.includes(example.method))
    && (round === "" || example.round === Number(round))
    && (verdict === "" || example.accepted === (verdict === "accepted")));
  turn(0);
}

function turn(to) {
  first = to;
  const last = Math.min(first + A_PAGE, chosen.length);
  byId("examples").replaceChildren(...chosen.slice(first, last).map(exampleElement));
  byId("count").textContent = chosen.length ? `${first + 1}–${last} of ${chosen.length}` : "none";
  byId("previous").disabled = first === 0;
  byId("next").disabled = last === chosen.length;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const percent = (share) => `${Math.round(100 * share)} %`;
const inWindow = ([start, end], position) => position >= start && position < end;

function wordElement(word, marked, ...below) {
  return element("span", {class: "word"}, element(marked ? "mark" : "span", marked ? {} : {class: "plain"}, word), ...below);
}

function parentWords({words, tags, window}) {
  return words.map((word, position) => wordElement(
    word, inWindow(window, position), ...(tags[position] === "O" ? [] : [element("small", {}, tags[position])])));
}

function tagStyle(tag) {
  const position = data.kinds.indexOf(tag.slice(2));
  const colour = tag === "O" ? "var(--control)" : `var(--c${Math.max(position, 0) % data.num_colours})`;
  return `background:${colour};opacity:${tag.startsWith("I-") ? 0.55 : 1}`;
}

function childWords({words, labels, window}) {
  return words.map((word, position) => {
    const shares = labels[position];
    const said = shares.map(([tag, share]) => (share === 1 ? tag : `${tag} ${percent(share)}`));
    const parts = shares.map(([tag, share]) => element("i", {style: `width:${100 * share}%;${tagStyle(tag)}`}));
    const bar = element("span", {class: "labels", role: "img", "aria-label": said.join(", "), title: said.join(", ")}, ...parts);
    const isPlain = shares.length === 1 && shares[0][0] === "O";
    const names = isPlain ? [] : said.map((text) => element("small", {"aria-hidden": "true"}, text));
    return wordElement(word, inWindow(window, position), bar, ...names);
  });
}

function exampleElement(example) {
  const verdict = example.accepted ? "accepted" : "refused";
  const facts = [
    element("b", {}, example.method),
    `round ${example.round}, seed ${example.seed}`,
    ...(example.lambda === null ? [] : [`λ = ${example.lambda.toFixed(2)}`]),
    ...(example.score === null ? [] : [`${data.scored_by[example.method]} ${example.score.toLocaleString("en")}`]),
    element("span", {class: verdict}, verdict),
  ];
  const header = element("header", {}, ...facts.map((fact) => element("span", {}, fact)));
  const list = element("dl");
  example.parents.forEach((parent, position) => {
    const which = example.parents.length === 1 ? "Parent" : ["First parent", "Second parent"][position] ?? "Further parent";
    list.append(element("dt", {}, which), element("dd", {}, ...parentWords(parent)));
  });
  list.append(element("dt", {}, "Child"), element("dd", {}, ...childWords(example.child)));
  return element("article", {class: "example", "aria-label": `${verdict} sentence of ${example.method}`}, header, list);
}

// Theme --------------------------------------------------------------------------------------------------------------

const THEMES = ["auto", "light", "dark"];

function remembered() {
  try { return localStorage.getItem("theme"); } catch { return null; }
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  try { localStorage.setItem("theme", theme); } catch { /* where storage is not allowed, nothing is remembered */ }
}

function nextTheme() {
  const current = document.documentElement.dataset.theme ?? "auto";
  setTheme(THEMES[(THEMES.indexOf(current) + 1) % THEMES.length]);
}

// Start --------------------------------------------------------------------------------------------------------------

async function start() {
  setTheme(THEMES.includes(remembered()) ? remembered() : "auto");
  for (const form of all("form, #theme")) form.hidden = false;
  for (const form of all("form")) form.addEventListener("submit", (event) => event.preventDefault());
  if (matchMedia("(max-width: 56rem)").matches) document.querySelector(".panel").open = false;
  byId("theme").addEventListener("click", nextTheme);
  controls.addEventListener("change", update);
  byId("target")?.addEventListener("change", chooseTarget);
  byId("rival")?.addEventListener("change", showLabels);
  byId("filters")?.addEventListener("change", filterExamples);
  byId("previous")?.addEventListener("click", () => turn(first - A_PAGE));
  byId("next")?.addEventListener("click", () => turn(first + A_PAGE));
  if (data.target !== null && byId("target")) byId("target").value = data.target;
  update();
  const curves = document.querySelector('[data-chart="curves"]');
  if (curves) await draw(curves);
  drawWhenNear();
  document.documentElement.dataset.ready = "true";
}

start();
})();
