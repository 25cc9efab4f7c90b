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
  state.shown = new Set(form.getAll("shown").map(Number));
  state.cell = state.split + "/" + state.kind;
}

function isShown({dataset}) {
  return (dataset.split === undefined || dataset.split === state.split)
    && (dataset.kind === undefined || dataset.kind === state.kind)
    && (dataset.group === undefined || state.shown.has(Number(dataset.group)))
    && (dataset.groups === undefined || dataset.groups.split(" ").every((one) => state.shown.has(Number(one))));
}

function update() {
  readControls();
  for (const element of all("[data-split], [data-kind], [data-group], [data-groups]")) element.hidden = !isShown(element);
  if (!aimIsChosen && byId("target")) byId("target").value = data.targets[state.cell] ?? "";
  showLabels();
  filterExamples();
  for (const place of drawn.keys()) refresh(place);
}

// Charts -------------------------------------------------------------------------------------------------------------

const drawn = new Map();
const ONLY_ERRORS = 1;

function signals(place) {
  return {
    chosen_split: state.split,
    chosen_kind: state.kind,
    measure: state.measure,
    band: state.band,
    shown: data.names.filter((_, position) => state.shown.has(position)),
    method: place.dataset.method,
  };
}

async function draw(place) {
  if (drawn.has(place)) return;
  drawn.set(place, null);
  const spec = data.charts[place.dataset.chart];
  const values = signals(place);
  const params = spec.params.map((param) => ({...param, value: values[param.name]}));
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
  const values = signals(place);
  for (const {name} of data.charts[place.dataset.chart].params) view.signal(name, values[name]);
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

let aimIsChosen = data.target !== null;

function needed(cell, method, aim) {
  const row = data.labels[cell]?.[state.measure]?.[method];
  if (!row || Number.isNaN(aim)) return null;
  if (aim === data.target) return row.chosen;
  return row.values[Math.max(0, Math.ceil(aim) - row.first)] ?? null;
}

function firstBudget(cell, method) {
  return data.labels[cell]?.[state.measure]?.[method]?.start ?? 0;
}

function saving(cell, method, rival, aim) {
  const [own, others] = [needed(cell, method, aim), needed(cell, rival, aim)];
  if (method === rival || own === null || others === null || others <= firstBudget(cell, rival)) return "–";
  const share = Math.round(100 * (1 - own / others));
  if (share === 0) return "as many";
  const atLeast = own <= firstBudget(cell, method) ? "≥ " : "";
  return share > 0 ? `${atLeast}${share} % fewer` : `${-share} % more`;
}

function showLabels() {
  if (!byId("target")) return;
  const aim = byId("target").valueAsNumber;
  const rival = byId("rival").value;
  const unit = state.measure[0].toUpperCase() + state.measure.slice(1);
  for (const element of all(".unit")) element.textContent = unit;
  for (const element of all(".aim")) element.textContent = Number.isNaN(aim) ? "…" : aim;
  for (const element of all(".rival")) element.textContent = rival;
  for (const element of all(".needed")) {
    const {cell, of} = element.dataset;
    const own = needed(cell, of, aim);
    const enough = own !== null && own <= firstBudget(cell, of) ? "≤ " : "";
    element.textContent = own === null ? "not reached" : enough + Math.round(own).toLocaleString("en");
  }
  for (const element of all(".saved")) {
    const {cell, of} = element.dataset;
    element.textContent = saving(cell, of, rival, aim);
  }
}

function chooseAim() {
  const field = byId("target");
  if (field.valueAsNumber !== data.target && !Number.isInteger(field.valueAsNumber) && field.value !== "") {
    field.value = Math.round(field.valueAsNumber);
  }
  aimIsChosen = field.value !== "";
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
    ? example.group === group : state.shown.has(data.names.indexOf(example.group)))
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
    element("b", {}, example.group),
    `round ${example.round}, seed ${example.seed}`,
    `λ = ${example.lambda.toFixed(2)}`,
    ...(example.score === null ? [] : [`${data.scored_by[example.group]} ${example.score.toLocaleString("en")}`]),
    element("span", {class: verdict}, verdict),
  ];
  const header = element("header", {}, ...facts.map((fact) => element("span", {}, fact)));
  const list = element("dl");
  example.parents.forEach((parent, position) => {
    const weight = example.weights ? ` (weight ${percent(example.weights[position])})` : "";
    list.append(element("dt", {}, ["First parent", "Second parent"][position] + weight), element("dd", {}, ...parentWords(parent)));
  });
  list.append(element("dt", {}, "Child"), element("dd", {}, ...childWords(example.child)));
  return element("article", {class: "example", "aria-label": `${verdict} sentence of ${example.group}`}, header, list);
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
  byId("target")?.addEventListener("change", chooseAim);
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
