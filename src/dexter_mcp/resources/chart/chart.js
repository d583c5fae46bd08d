// Draws what the tool told beside its text, and asks it again for another period. Strangers'
// words are among the names, so that all text goes in as text and nothing as markup.

const META = "dexter-mcp/chart";
const TOOL = "render_chart";
const PROTOCOL = "2026-01-26";
const PERIODS = ["24h", "7d", "14d", "30d"];
const HEIGHT = 240, SMALLER = 150, TOP = 8, BOTTOM = 26, RIGHT = 14;
const MOST = 8;
const DASHES = ["", "7 4", "2 3"];
const DAYS = [1, 2, 7, 14, 28, 91, 364].map((days) => days * 86400);
const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, ...DAYS];
const MONDAY = 1704067200;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const at = (id) => document.getElementById(id);
const state = { asked: {}, chart: null, from: 0, to: 0, here: null, canAsk: false, plots: [] };

// The host: JSON-RPC over messages.
const waiting = new Map();
let last = 0;

const send = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
const notify = (method, params = {}) => send({ method, params });

function request(method, params) {
  last += 1;
  const id = last;
  send({ id, method, params });
  return new Promise((done, failed) => waiting.set(id, { done, failed }));
}

window.addEventListener("message", ({ source, data }) => {
  if (source !== window.parent || data?.jsonrpc !== "2.0") return;
  if (data.method) heard(data);
  else settle(data);
});

function settle({ id, result, error }) {
  const one = waiting.get(id);
  waiting.delete(id);
  if (error) one?.failed(new Error(error.message));
  else one?.done(result);
}

function heard({ id, method, params }) {
  if (method === "ui/notifications/tool-input") state.asked = params?.arguments ?? {};
  if (method === "ui/notifications/tool-result") show(params);
  if (method === "ui/notifications/tool-cancelled") say("The call was cancelled.");
  if (method === "ui/notifications/host-context-changed") suit(params);
  if (id !== undefined) send({ id, result: {} });
}

function suit(context) {
  const root = document.documentElement;
  if (context?.theme) root.dataset.theme = context.theme;
  for (const [name, value] of Object.entries(context?.styles?.variables ?? {})) {
    if (/^--(color|font)-/.test(name) && value) root.style.setProperty(name, value);
  }
}

async function begin() {
  const params = {
    protocolVersion: PROTOCOL,
    appInfo: { name: "dexter-chart", version: "1" },
    appCapabilities: { availableDisplayModes: ["inline"] },
  };
  const told = await request("ui/initialize", params);
  suit(told?.hostContext);
  state.canAsk = Boolean(told?.hostCapabilities?.serverTools);
  new ResizeObserver(() => {
    const { width, height } = document.documentElement.getBoundingClientRect();
    notify("ui/notifications/size-changed", { width: Math.ceil(width), height: Math.ceil(height) });
  }).observe(document.documentElement);
  notify("ui/notifications/initialized");
}

// What is shown.
const say = (words) => { at("status").textContent = words; };
const busy = (is) => document.querySelector("main").setAttribute("aria-busy", String(is));

function show(result) {
  busy(false);
  const chart = result?._meta?.[META];
  if (!chart) {
    const words = (result?.content ?? []).filter((part) => part.type === "text");
    say(result?.isError ? words.map((part) => part.text).join("\n") : "No figures came with the answer.");
    return;
  }
  Object.assign(state, { chart, from: 0, to: (chart.moments ?? []).length - 1, here: null });
  document.title = at("title").textContent = chart.title;
  at("subtitle").textContent = chart.subtitle;
  periods();
  draw();
}

function draw() {
  const { chart } = state;
  const empty = chart.kind === "bars" ? !chart.rows.length : !chart.moments.length || !chart.panels.length;
  state.plots = [];
  at("figure").replaceChildren(...(empty ? [] : chart.kind === "bars" ? [bars(chart)] : panels(chart)));
  for (const plot of state.plots) plot.draw();
  at("reset").hidden = empty || chart.kind === "bars" || zoomedOut();
  const how = "Point or use the arrow keys for figures; drag, or press + and -, to zoom. Times in UTC.";
  say(empty ? "There is nothing to draw." : chart.kind === "bars" ? chart.measure : how);
}

const zoomedOut = () => state.from === 0 && state.to === state.chart.moments.length - 1;
function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

function shape(name, attributes = {}, words = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = words;
  return made;
}

function periods() {
  const fixed = state.chart.ownScales || !state.canAsk;
  at("periods").hidden = fixed;
  const now = state.asked.start ? "" : state.asked.period || "14d";
  at("periods").replaceChildren(...PERIODS.map((period) => {
    const button = make("button", { type: "button", "aria-pressed": period === now }, period);
    button.addEventListener("click", () => again(period));
    return button;
  }));
}

async function again(period) {
  const { start, end, ...rest } = state.asked;
  const asked = { ...rest, period };
  busy(true);
  say(`Asking for the last ${period}…`);
  try {
    const result = await request("tools/call", { name: TOOL, arguments: asked });
    if (!result?.isError) state.asked = asked;
    show(result);
    [...at("periods").children].find((each) => each.textContent === period)?.focus();
  } catch (error) {
    busy(false);
    say(`The host did not pass the question on: ${error.message}`);
  }
}

// Bars: a table, whose lengths are decoration.
function bars(chart) {
  const legend = chart.names.map((name, place) => key(name, { colour: colour(place), block: true }));
  const body = chart.rows.map((row) => {
    const [low, high] = reach(chart.ownScales ? [row] : chart.rows);
    const each = row.values.map((value, place) => bar(value, row.texts[place], colour(place), low, high));
    return make("tr", {}, make("th", { scope: "row" }, row.label),
      make("td", { class: "bars" }, ...each), make("td", { class: "note" }, row.note));
  });
  const table = make("table", { "aria-label": chart.title }, make("tbody", {}, ...body));
  return make("div", {}, ...(legend.length ? [make("ul", {}, ...legend)] : []), table);
}

const colour = (place) => (place ? "var(--muted)" : "var(--line-0)");

function reach(rows) {
  const known = rows.flatMap((row) => row.values.filter((value) => value !== null));
  const low = Math.min(0, ...known), high = Math.max(0, ...known);
  return low < high ? [low, high] : [0, 1];
}

function bar(value, words, fill, low, high) {
  const part = (amount) => (100 * 0.75 * amount) / (high - low);
  const space = make("i"), length = make("i");
  space.style.width = `${part(Math.min(value ?? 0, 0) - low)}%`;
  space.style.minWidth = "0";
  length.style.width = `${part(Math.abs(value ?? 0))}%`;
  length.style.background = value ? fill : "var(--muted)";
  return make("div", { class: "bar" }, space, length, make("span", {}, words));
}

function key(label, { colour, dash = "", block = false }) {
  const sample = shape("svg", { viewBox: "0 0 22 8", "aria-hidden": "true" });
  const line = { d: "M0 4h22", stroke: colour, "stroke-width": block ? 8 : 2.5, "stroke-dasharray": dash };
  sample.append(shape("path", line));
  return make("li", { title: label }, sample, make("span", {}, label));
}

// Lines over time.
function panels(chart) {
  const several = chart.panels.length > 1;
  return chart.panels.map((panel) => {
    const looks = styles(panel.lines);
    const legend = panel.lines.map((line, place) => key(line.label, looks[place]));
    const plot = new Plot(panel, looks, several ? SMALLER : HEIGHT);
    state.plots.push(plot);
    return make("section", { "aria-label": panel.label },
      ...(several ? [make("h2", {}, panel.label)] : []), make("ul", {}, ...legend), plot.box);
  });
}

function styles(lines) {
  let place = -1;
  return lines.map((line) => {
    if (line.muted) return { colour: "var(--muted)", dash: "4 4" };
    place += 1;
    return { colour: `var(--line-${place % 10})`, dash: DASHES[Math.floor(place / 5) % 3] };
  });
}

class Plot {
  constructor(panel, looks, height) {
    Object.assign(this, { panel, looks, height, left: 0, width: 0, from: null });
    this.svg = shape("svg", { tabindex: "0", role: "img", "aria-label": `${panel.label} over time` });
    this.tip = make("div", { class: "tip", hidden: "" });
    this.box = make("div", { class: "plot" }, this.svg, this.tip);
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerup", (event) => this.release(event));
    this.svg.addEventListener("pointerleave", () => { if (this.from === null) point(null); });
    this.svg.addEventListener("keydown", (event) => typed(event));
    this.svg.addEventListener("blur", () => point(null));
  }

  draw() {
    const { ticks } = this.panel;
    this.width = Math.max(this.box.clientWidth, 280);
    this.left = 10 + Math.max(...ticks.map(([, words]) => words.length)) * 6.6;
    const whole = this.height + TOP + BOTTOM;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${whole}`);
    this.svg.replaceChildren(...ticks.flatMap((tick) => this.level(tick)), ...this.times(), ...this.lines());
    this.cross = shape("path", { class: "cross" });
    this.range = shape("rect", { class: "chosen", y: TOP, height: this.height });
    this.svg.append(this.range, this.cross);
  }

  x(place) {
    const { moments } = state.chart;
    const long = moments[state.to] - moments[state.from];
    const part = long ? (moments[place] - moments[state.from]) / long : 0.5;
    return this.left + part * (this.width - this.left - RIGHT);
  }

  y(value) {
    const { ticks } = this.panel;
    const low = ticks[0][0], high = ticks[ticks.length - 1][0];
    return TOP + this.height * (1 - (value - low) / (high - low));
  }

  level([value, words]) {
    const y = this.y(value);
    return [
      shape("path", { class: value ? "grid" : "zero", d: `M${this.left} ${y}H${this.width - RIGHT}` }),
      shape("text", { x: this.left - 6, y: y + 4, "text-anchor": "end" }, words),
    ];
  }

  times() {
    const { moments } = state.chart;
    const from = moments[state.from], to = moments[state.to];
    const step = STEPS.find((each) => (to - from) / each <= this.width / 95) ?? (to - from) / 5;
    const found = [];
    for (let moment = MONDAY + Math.ceil((from - MONDAY) / step) * step; moment <= to; moment += step) {
      const x = this.left + (to > from ? (moment - from) / (to - from) : 0.5) * (this.width - this.left - RIGHT);
      found.push(shape("text", { x, y: this.height + TOP + 18, "text-anchor": "middle" }, short(moment, step)));
    }
    return found;
  }

  lines() {
    const order = this.panel.lines.map((line, place) => place)
      .sort((one, other) => this.panel.lines[other].muted - this.panel.lines[one].muted);
    return order.flatMap((place) => this.line(this.panel.lines[place], this.looks[place]));
  }

  line({ values, muted }, { colour, dash }) {
    let path = "", bridge = "", alone = [];
    for (let place = state.from; place <= state.to; place += 1) {
      if (values[place] === null) continue;
      const begins = place === state.from || values[place - 1] === null;
      const ends = place === state.to || values[place + 1] === null;
      const x = this.x(place).toFixed(1), y = this.y(values[place]).toFixed(1);
      path += `${begins ? "M" : "L"}${x} ${y}`;
      bridge += `${bridge ? "L" : "M"}${x} ${y}`;
      if ((begins && ends) || (!muted && state.to - state.from < 30)) alone.push([x, y]);
    }
    const faint = shape("path", { class: "bridge", d: bridge, stroke: colour });
    const drawn = shape("path", { class: "line", d: path, stroke: colour, "stroke-dasharray": dash });
    return [faint, drawn, ...alone.map(([x, y]) => shape("circle", { cx: x, cy: y, r: 3, fill: colour }))];
  }

  nearest(event) {
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    let best = state.from;
    for (let place = state.from; place <= state.to; place += 1) {
      if (Math.abs(this.x(place) - x) < Math.abs(this.x(best) - x)) best = place;
    }
    return best;
  }

  press(event) {
    if (event.button) return;
    this.from = this.nearest(event);
    this.svg.setPointerCapture(event.pointerId);
  }

  move(event) {
    const place = this.nearest(event);
    point(place);
    if (this.from === null) return;
    const [left, right] = [this.x(this.from), this.x(place)].sort((one, other) => one - other);
    this.range.setAttribute("x", left);
    this.range.setAttribute("width", right - left);
  }

  release(event) {
    if (this.from === null) return;
    const [from, to] = [this.from, this.nearest(event)].sort((one, other) => one - other);
    this.from = null;
    if (to > from) zoom(from, to);
  }

  mark(place) {
    this.tip.hidden = place === null;
    if (place === null) this.cross.removeAttribute("d");
    if (place === null) return;
    const x = this.x(place);
    this.cross.setAttribute("d", `M${x} ${TOP}v${this.height}`);
    this.tip.replaceChildren(make("div", {}, make("b", {}, exact(state.chart.moments[place]))),
      ...this.largest(place).map((line) => this.row(line, place)));
    const right = x > this.width / 2;
    this.tip.style.left = right ? "auto" : `${x + 12}px`;
    this.tip.style.right = right ? `${this.width - x + 12}px` : "auto";
  }

  largest(place) {
    const known = this.panel.lines.filter((line) => line.values[place] !== null);
    return known.sort((one, other) => other.values[place] - one.values[place]).slice(0, MOST);
  }

  row(line, place) {
    const swatch = make("i");
    swatch.style.background = this.looks[this.panel.lines.indexOf(line)].colour;
    return make("div", {}, swatch, make("span", {}, line.label), make("b", {}, line.texts[place]));
  }

  told(place) {
    const told = this.largest(place).map((line) => `${line.label}: ${line.texts[place]}`);
    return told.join(", ") || "nothing";
  }
}

// Pointing and zooming hold for all panels at once.
function point(place) {
  state.here = place;
  for (const plot of state.plots) plot.mark(place);
}

function zoom(from, to) {
  Object.assign(state, { from, to, here: null });
  draw();
}

function typed(event) {
  const { from, to, chart } = state;
  const end = chart.moments.length - 1;
  const here = state.here ?? from;
  const quarter = Math.max(1, Math.floor((to - from) / 4));
  const places = { ArrowLeft: here - 1, ArrowRight: state.here === null ? from : here + 1, Home: from, End: to };
  if (event.key in places) {
    point(Math.min(to, Math.max(from, places[event.key])));
    say(`${exact(chart.moments[state.here])}. ${state.plots.map((plot) => plot.told(state.here)).join(". ")}`);
  } else if (event.key === "+" && to - from > 2) refocused(() => zoom(Math.max(0, here - quarter), Math.min(end, here + quarter)));
  else if (event.key === "-") refocused(() => zoom(Math.max(0, from - quarter), Math.min(end, to + quarter)));
  else if (event.key === "0" || event.key === "Escape") refocused(() => zoom(0, end));
  else return;
  event.preventDefault();
}

function refocused(change) {
  const place = state.plots.findIndex((plot) => plot.svg === document.activeElement);
  change();
  state.plots[Math.max(place, 0)]?.svg.focus();
}

const exact = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function short(seconds, step) {
  const moment = new Date(seconds * 1000);
  const day = `${moment.getUTCDate()} ${MONTHS[moment.getUTCMonth()]}`;
  return step >= 86400 || seconds % 86400 === 0 ? day : moment.toISOString().slice(11, step < 60 ? 19 : 16);
}

at("reset").addEventListener("click", () => zoom(0, state.chart.moments.length - 1));
let width = 0;
new ResizeObserver(() => {
  if (state.chart && at("figure").clientWidth !== width) draw();
  width = at("figure").clientWidth;
}).observe(at("figure"));
begin();
