"use strict";
// The console. It reads the admin API of its own server with `fetch` and keeps the last requests.
const KEPT = 300;
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const state = { tab: "requests", session: "", requests: new Map(), chosen: null, paused: false, filter: "", fresh: true,
  overview: null, objects: null, object: null, matrix: null, change: -1, missed: 0, search: "" };
const $ = (id) => document.getElementById(id);
const view = $("view");

// Everything that comes from the server becomes text, never markup.
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "role") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
const mark = (text, tone = "") => make("span", { className: `mark ${tone}` }, text);
const button = (text, act, more = {}) => make("button", { type: "button", onclick: act, ...more }, text);
const table = (head, rows) => make("table", {}, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))),
  make("tbody", {}, ...rows));
const row = (...cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell ?? "")));
const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
// A value of a difference; secrets are counts and digests.
const value = (side) => (side?.hidden ? `hidden: ${count(side.bytes, "byte")}, sha256 ${side.sha256Prefix}…` : pretty(side ?? "–"));
let silence = 0;
function say(text) {
  $("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { $("said").textContent = ""; }, 4000);
}

async function call(method, path, body) {
  const headers = {};
  if (token) headers.Authorization = token;
  if (state.session) headers["X-Mock-Session"] = state.session;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(`/__admin${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(value?.errorMessage ?? `${answer.status}`);
  return value;
}
// Does something and shows the view anew; an error is said, not thrown.
async function act(work, done) {
  try { await work(); if (done) say(done); } catch (error) { say(`refused: ${error.message}`); }
  await refresh();
}

// --- Requests ---------------------------------------------------------------------------------------------------------
function kind(request) {
  if (request.import) {
    const outcomes = listOf(request.import);
    if (!outcomes.length && request.error) return "import refused";
    const failed = outcomes.filter((one) => /FAIL/i.test(one.importStatus ?? one.status ?? "")).length;
    return `import of ${count(outcomes.length, "object")}${failed ? `, ${failed} failed` : ""}`;
  }
  if (request.export) return `export of ${count(listOf(request.export).length, "object")}`;
  return request.unmatched && !request.error ? "no such endpoint" : "";
}
// The objects of an import or export record.
const listOf = (record) => ["outcomes", "objects", "requested"].map((name) => record[name]).find(Array.isArray) ?? [];
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const tone = (status) => (status === undefined ? "unsure" : status < 400 ? "good" : "bad");
function fits(request) {
  if (!state.filter) return true;
  const text = `${request.method} ${request.path} ${request.status ?? ""} ${request.fault ?? ""} ${kind(request)} ${request.error ?? ""}`.toLowerCase();
  return state.filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
function requestRow(request) {
  const chosen = state.chosen === request.id;
  const about = kind(request);
  return make("tr", { className: `row${chosen ? " chosen" : ""}`, tabIndex: 0, "aria-selected": chosen,
    onclick: () => choose(request.id), onkeydown: (event) => keyOnRow(event, request.id) },
    make("td", {}, request.time.slice(11, 23)), make("td", {}, request.method),
    make("td", {}, request.path, request.query ? make("span", { className: "soft" }, `?${request.query}`) : "",
      about ? make("p", { className: "soft" }, about) : "", request.error ? make("p", { className: "why" }, request.error) : ""),
    make("td", {}, mark(request.status ?? "…", tone(request.status)), request.fault ? " " : "", request.fault && mark(`fault: ${request.fault}`, "unsure")),
    make("td", { className: "soft took" }, request.micros === undefined ? "" : `${(request.micros / 1000).toFixed(1)} ms`));
}
function keyOnRow(event, id) {
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(id); }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling;
    next?.focus();
  }
}
function choose(id) { state.chosen = state.chosen === id ? null : id; drawRequests(); if (state.chosen !== null) reveal(); }
// Brings what was chosen into sight where it is below the list.
function reveal() { if (matchMedia("(max-width: 60rem)").matches) $("detail").scrollIntoView(); }

function requestsView() {
  const filter = make("input", { type: "search", placeholder: "Filter: POST import 409", "aria-label": "Filter requests", value: state.filter,
    oninput: (event) => { state.filter = event.target.value; soon(); } });
  view.replaceChildren(make("div", { className: "tools" }, filter,
    button(state.paused ? "Go on" : "Pause", (event) => { state.paused = !state.paused; event.target.textContent = state.paused ? "Go on" : "Pause"; soon(); }),
    button("Forget all", () => act(async () => { await call("DELETE", "/requests"); state.requests.clear(); state.chosen = null; }, "journal cleared")),
    make("span", { id: "tally", className: "soft" })),
    make("div", { className: "panes" }, make("div", { className: "scroll requests", id: "list", tabIndex: 0, role: "region", "aria-label": "Requests" }), make("div", { id: "detail" })));
  drawRequests();
}
function drawRequests() {
  if (state.tab !== "requests" || !$("list")) return;
  const shown = [...state.requests.values()].reverse().filter(fits).slice(0, 60);
  const focused = document.activeElement?.closest?.("tr.row")?.dataset.id;
  const rows = shown.map((request) => { const made = requestRow(request); made.dataset.id = request.id; return made; });
  $("list").replaceChildren(rows.length ? table(["Time", "Method", "Request", "Status", "Took"], rows)
    : make("div", { className: "hint" }, ...(state.requests.size ? ["No request fits the filter."] : ["No request yet. Requests show up here as they come, for example this one:",
      make("pre", { tabIndex: 0 }, `curl -H 'Content-Type: application/json' -d '{"username": "me", "password": "any"}' ${location.origin}/masking/api/login`)])));
  if (focused) $("list").querySelector(`tr[data-id="${focused}"]`)?.focus();
  $("tally").textContent = `${count(state.requests.size, "request")} kept here${state.missed ? `, ${state.missed} passed too fast to show` : ""}`;
  const chosen = state.requests.get(state.chosen);
  $("detail").replaceChildren(chosen ? detail(chosen) : make("p", { className: "soft" }, "Choose a request to see what it was and what became of it."));
}
function detail(request) {
  const card = make("section", { className: "card", "aria-label": "Chosen request" },
    make("h2", {}, `${request.method} ${request.path}${request.query ? `?${request.query}` : ""}`),
    make("p", {}, mark(request.status ?? "not answered yet", tone(request.status)), ` ${request.user ? `by ${request.user}, ` : ""}${request.time}`),
    make("div", { className: "tools" }, ...Object.keys(copies).map((name) => button(`Copy as ${name}`, () => copy(copies[name](request), name)))));
  const part = (title, ...content) => card.append(make("h3", {}, title), ...content);
  if (request.error) part("Why", make("p", {}, request.error));
  if (request.fault) part("Fault", make("p", {}, request.fault));
  if (request.notes) part("Notes", make("ul", {}, ...request.notes.map((note) => make("li", {}, note))));
  for (const name of ["import", "export"]) {
    const record = request[name];
    if (!record) continue;
    const list = listOf(record);
    const rest = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== list));
    part(name === "import" ? "Import" : "Export", make("pre", { tabIndex: 0 }, pretty(rest)));
    if (list.length) card.append(table(["Object", "Outcome"], list.slice(0, 500).map((one) => row(
      `${one.objectType ?? ""} ${one.name ?? pretty(one.objectIdentifier ?? one)}`,
      one.importStatus || one.status ? mark(one.importStatus ?? one.status, /FAIL/i.test(one.importStatus ?? one.status) ? "bad" : "good") : one.failureMessage ?? ""))));
  }
  if (request.body !== undefined) part("Body", make("pre", { tabIndex: 0 }, pretty(request.body).slice(0, 20000)));
  part("Headers", make("pre", { tabIndex: 0 }, (request.headers ?? []).join("\n")));
  return card;
}
const address = (request) => `${location.origin}${request.path}${request.query ? `?${request.query}` : ""}`;
const ownHeaders = (request) => (request.headers ?? []).map((line) => line.split(/: (.*)/s).slice(0, 2))
  .filter(([name]) => !/^(host|content-length|accept-encoding|connection|user-agent|accept)$/.test(name));
const bodyText = (request) => (request.body === undefined ? null : typeof request.body === "string" ? request.body : JSON.stringify(request.body));
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const copies = {
  curl: (request) => [`curl -X ${request.method} ${quoted(address(request))}`, ...ownHeaders(request).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(bodyText(request) === null ? [] : [`--data-binary ${quoted(bodyText(request))}`])].join(" \\\n  "),
  pytest: (request) => `import requests\n\n\ndef test_${request.method.toLowerCase()}_${request.path.replace(/^.*\/api\//, "").replace(/\W+/g, "_").toLowerCase()}():\n`
    + `    answer = requests.request(\n        ${JSON.stringify(request.method)},\n        ${JSON.stringify(address(request))},\n`
    + `        headers={${ownHeaders(request).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(", ")}},\n`
    + (bodyText(request) === null ? "" : `        data=${JSON.stringify(bodyText(request))},\n`)
    + `        timeout=30,\n    )\n    assert answer.status_code == ${request.status ?? 200}, answer.text\n`,
  Java: (request) => `HttpRequest request = HttpRequest.newBuilder(URI.create(${JSON.stringify(address(request))}))\n`
    + ownHeaders(request).map(([name, value]) => `    .header(${JSON.stringify(name)}, ${JSON.stringify(value)})\n`).join("")
    + `    .method(${JSON.stringify(request.method)}, ${bodyText(request) === null ? "HttpRequest.BodyPublishers.noBody()" : `HttpRequest.BodyPublishers.ofString(${JSON.stringify(bodyText(request))})`})\n    .build();\n`
    + `HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());\n`
    + `assertEquals(${request.status ?? 200}, answer.statusCode(), answer.body());\n`,
};
async function copy(text, name) {
  try { await navigator.clipboard.writeText(text); say(`copied as ${name}; secrets in headers are redacted`); }
  catch { view.append(make("pre", { tabIndex: 0 }, text)); say("the browser doesn't allow copying; the text is below"); }
}

// --- Content ----------------------------------------------------------------------------------------------------------
const called = (object) => object.name ?? String(object.objectIdentifier?.id ?? object.objectIdentifier?.algorithmName ?? Object.values(object.objectIdentifier ?? {})[0] ?? "?");
async function contentView() {
  if (!state.objects || state.objects.change !== state.change) {
    const { objects, left } = await call("GET", "/objects");
    objects.forEach((object, at) => { object.at = at; object.neededBy = []; });
    for (const object of objects) for (const needed of object.needs) objects[needed].neededBy.push(object.at);
    state.objects = { list: objects, left, change: state.change };
    if (state.object >= objects.length) state.object = null;
  }
  if (state.tab !== "content") return;
  const search = make("input", { type: "search", placeholder: "Search names", "aria-label": "Search objects", value: state.search,
    oninput: (event) => { state.search = event.target.value; tree(); } });
  view.replaceChildren(make("div", { className: "tools" }, search, make("span", { id: "tally", className: "soft" })),
    make("div", { className: "panes" }, make("div", { className: "scroll tree", id: "tree", tabIndex: 0, role: "region", "aria-label": "Objects by type" }), make("div", { id: "detail" })));
  tree();
  objectDetail();
}
function tree() {
  const words = state.search.toLowerCase();
  const groups = new Map();
  for (const object of state.objects.list) {
    if (words && !`${object.objectType} ${called(object)}`.toLowerCase().includes(words)) continue;
    if (!groups.has(object.objectType)) groups.set(object.objectType, []);
    groups.get(object.objectType).push(object);
  }
  const found = [...groups.values()].reduce((sum, objects) => sum + objects.length, 0);
  $("tally").textContent = `${words ? `${found} of ` : ""}${count(state.objects.list.length, "object")}${state.objects.left ? ` and ${state.objects.left} more` : ""}`;
  $("tree").replaceChildren(...[...groups].map(([type, objects]) => make("details", { open: objects.length <= 12 || Boolean(words) },
    make("summary", {}, `${type} ${objects.length}`),
    make("ul", {}, ...objects.slice(0, 500).map((object) => make("li", {}, button(called(object), () => { state.object = object.at; tree(); objectDetail(); reveal(); },
      { "aria-current": state.object === object.at })))))));
}
function objectDetail() {
  const object = state.objects.list[state.object];
  if (!object) { $("detail").replaceChildren(make("p", { className: "soft" }, "Choose an object to see what it needs and what needs it.")); return; }
  $("detail").replaceChildren(make("section", { className: "card", "aria-label": "Chosen object" }, make("h2", {}, `${object.objectType} ${called(object)}`),
    make("p", {}, object.notSyncable ? mark(object.notSyncable, "bad") : make("code", {}, object.revisionHash ?? "")),
    object.environmentId ? make("p", { className: "soft" }, `environment ${object.environmentId}`) : null,
    neighbourhood(object)));
}
// A name that fits into a box.
const shortened = (name) => (name.length > 25 ? `${name.slice(0, 24)}…` : name);
// What needs the object, the object, and what it needs, from left to right.
function neighbourhood(object) {
  const most = 14;
  const columns = [object.neededBy, [object.at], object.needs].map((places) => places.slice(0, most));
  const height = Math.max(...columns.map((column) => column.length)) * 46 + 20;
  const svgNs = "http://www.w3.org/2000/svg";
  const draw = (name, attributes, ...children) => {
    const element = document.createElementNS(svgNs, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const svg = draw("svg", { viewBox: `0 0 640 ${height}`, width: "100%", role: "group", "aria-label": `What ${called(object)} needs and what needs it` });
  const middle = height / 2;
  columns.forEach((column, place) => column.forEach((at, index) => {
    const other = state.objects.list[at];
    const [x, y] = [place * 220 + 5, middle + (index - (column.length - 1) / 2) * 46];
    if (place !== 1) {
      const [from, to] = place === 0 ? [x + 190, 225] : [415, x];
      const [start, end] = place === 0 ? [y, middle] : [middle, y];
      svg.append(draw("path", { d: `M${from} ${start}C${from + 15} ${start} ${to - 15} ${end} ${to} ${end}` }));
    }
    const go = () => { state.object = at; tree(); objectDetail(); };
    const group = draw("g", { class: place === 1 ? "here" : "", tabindex: 0, role: "button", transform: `translate(${x} ${y - 19})` },
      draw("rect", { width: 190, height: 38, rx: 6 }), draw("text", { x: 8, y: 15, class: "type" }, other.objectType.slice(0, 30)), draw("text", { x: 8, y: 30 }, shortened(called(other))), draw("title", {}, `${other.objectType} ${called(other)}`));
    group.addEventListener("click", go);
    group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(); } });
    svg.append(group);
  }));
  const more = [object.neededBy.length, object.needs.length].map((all) => Math.max(0, all - most));
  return make("div", {}, svg, make("p", { className: "soft" }, `needed by ${object.neededBy.length}${more[0] ? ` (${most} drawn)` : ""}, needs ${object.needs.length}${more[1] ? ` (${most} drawn)` : ""}`));
}

// --- In sync? ---------------------------------------------------------------------------------------------------------
async function syncView() {
  state.matrix = await call("GET", "/matrix");
  if (state.tab !== "sync") return;
  const { engines, rows, objects, differing } = state.matrix;
  if (engines.length < 2) { view.replaceChildren(make("p", { className: "card" }, "This process has one engine. Start it with several to compare them, for example mock-engine --engine test:8080 --engine production:8081.")); return; }
  const all = make("input", { type: "checkbox", id: "all", onchange: () => list() });
  const cell = (entry, place) => {
    const hash = entry.hashes[place];
    if (hash === null) return mark("missing", "bad");
    return entry.inSync ? mark(hash.slice(0, 8), "good") : mark(hash.slice(0, 8), "unsure");
  };
  const body = make("div", { className: "scroll", id: "list", tabIndex: 0, role: "region", "aria-label": "Objects by engine" });
  const list = () => {
    const shown = rows.filter((entry) => all.checked || !entry.inSync).slice(0, 1000);
    body.replaceChildren(shown.length ? table(["Object", ...engines], shown.map((entry) => {
      const made = row(`${entry.objectType} ${entry.name}`, ...engines.map((_, place) => cell(entry, place)));
      made.className = "row"; made.tabIndex = 0;
      const open = () => difference(entry, engines);
      made.addEventListener("click", open);
      made.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
      return made;
    })) : make("p", { className: "hint" }, "All objects are in sync."));
  };
  view.replaceChildren(make("div", { className: "tools" }, mark(differing ? `${differing} of ${objects} differ` : `all ${objects} in sync`, differing ? "unsure" : "good"),
    make("label", {}, all, " show those in sync, too"), make("span", { className: "soft" }, "equal hashes mean equal content and equal dependencies")),
    make("div", { className: "panes" }, body, make("div", { id: "detail" }, make("p", { className: "soft" }, "Choose an object to see what differs."))));
  list();
}
async function difference(entry, engines) {
  const card = make("section", { className: "card", "aria-label": "Difference" }, make("h2", {}, `${entry.objectType} ${entry.name}`));
  const [first] = engines;
  for (const other of engines.slice(1)) {
    const result = await call("POST", "/compare", { source: { engine: first }, target: { engine: other } });
    const same = (one) => one.objectType === entry.objectType && (one.name === entry.name || called(one) === entry.name);
    const found = result.differing.find(same);
    card.append(make("h3", {}, `${first} → ${other}`));
    if (result.missing.some(same)) card.append(make("p", {}, `${other} lacks it.`));
    else if (result.extra.some(same)) card.append(make("p", {}, `only ${other} has it.`));
    else if (!found) card.append(make("p", {}, "no difference"));
    else {
      card.append(make("p", {}, found.status));
      if (found.fields?.length) card.append(table(["Field", first, other], found.fields.map((field) => row(field.field ?? field.path ?? "", value(field.after), value(field.before)))));
      if (found.dependencies?.length) card.append(make("p", {}, `through ${found.dependencies.map((one) => `${one.objectType} ${called(one)}`).join(", ")}`));
    }
  }
  if ($("detail")) { $("detail").replaceChildren(card); reveal(); }
}

// --- Tasks, faults, state, clock --------------------------------------------------------------------------------------
async function tasksView() {
  await overview();
  const tasks = [...state.overview.tasks].reverse();
  view.replaceChildren(tasks.length ? make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Tasks" }, table(["Task", "Operation", "Status", "Started", "Ended", "Detail"], tasks.map((task) => row(String(task.asyncTaskId), task.operation,
    mark(task.status, { SUCCEEDED: "good", FAILED: "bad" }[task.status] ?? "unsure"), task.startTime ?? "", task.endTime ?? "", task.exceptionDetail ?? task.reference ?? ""))))
    : make("p", { className: "card" }, "No async task yet."));
}
async function faultsView() {
  await overview();
  const { faults, counters } = await call("GET", "/faults");
  if (state.tab !== "faults") return;
  const has = (set) => set.faults.every((wanted) => faults.some((fault) => fault.name === wanted.name));
  const sets = state.overview.faultSets.map((set) => make("p", {}, button(has(set) ? "Switch off" : "Switch on", () => act(async () => {
    const names = new Set(set.faults.map((fault) => fault.name));
    const others = faults.filter((fault) => !names.has(fault.name));
    await call("PUT", "/faults", has(set) ? { faults: others } : { faults: others, sets: [set.name] });
  }, `${set.name} is ${has(set) ? "off" : "on"}`), { "aria-label": `${has(set) ? "Switch off" : "Switch on"} ${set.name}` }), " ", mark(set.name, has(set) ? "unsure" : ""), ` ${set.what}`));
  view.replaceChildren(make("section", { className: "card" }, make("h2", {}, "Ready-made sets"), ...sets),
    make("section", { className: "card" }, make("h2", {}, "Faults, first match wins"), faults.length
      ? table(["Name", "Matches", "Does", "Fitted", "Fired"], faults.map((fault, at) => row(fault.name ?? `#${at}`, Object.keys(fault.match ?? {}).length ? make("code", {}, JSON.stringify(fault.match)) : "every request",
        make("code", {}, JSON.stringify(fault.act ?? fault.inOrder)), String(counters[at].fitted), counters[at].fired ? mark(String(counters[at].fired), "unsure") : "0")))
      : make("p", {}, "None: every request is answered as an engine would."),
      faults.length ? make("p", {}, button("Remove all", () => act(() => call("DELETE", "/faults"), "no faults"))) : null));
}
async function stateView() {
  await overview();
  const name = make("input", { placeholder: "name", "aria-label": "Name of the snapshot" });
  const id = make("input", { placeholder: "id", "aria-label": "Id of the session" });
  const { snapshots, sessions } = state.overview;
  view.replaceChildren(
    make("section", { className: "card" }, make("h2", {}, "Snapshots"), make("p", { className: "soft" }, "A snapshot keeps the engine's state under a name, to go back to it later."), ...snapshots.map((one) => make("p", {}, mark(one), " ",
      button("Restore", () => act(() => call("POST", `/snapshots/${encodeURIComponent(one)}/restore`), `${one} restored`), { "aria-label": `Restore ${one}` }), " ",
      button("Remove", () => act(() => call("DELETE", `/snapshots/${encodeURIComponent(one)}`), `${one} removed`), { "aria-label": `Remove ${one}` }))),
      make("p", {}, name, " ", button("Take a snapshot", () => act(() => call("POST", `/snapshots/${encodeURIComponent(name.value || "console")}`), "snapshot taken")))),
    make("section", { className: "card" }, make("h2", {}, "Sessions"), make("p", { className: "soft" }, "A session is an engine of its own on this port, so tests can run at the same time. Requests choose it with the header ", make("code", {}, "X-Mock-Session"), "."), ...sessions.map((one) => make("p", {}, mark(one), " ",
      button("Look", () => enter(one), { "aria-label": `Look at session ${one}` }), " ",
      button("End", () => act(async () => { if (state.session === one) await enter(""); await call("DELETE", `/sessions/${encodeURIComponent(one)}`); }, `${one} ended`), { "aria-label": `End session ${one}` }))),
      make("p", {}, id, " ", button("Begin a session", () => act(() => call("PUT", `/sessions/${encodeURIComponent(id.value || "console")}`), "session begun")))),
    make("section", { className: "card" }, make("h2", {}, "Reset"), make("p", {}, "Puts the engine into its first state. ",
      button("Reset all", () => act(() => call("POST", "/reset"), "reset")), " ",
      button("Reset, keep tokens and faults", () => act(() => call("POST", "/reset?keep=tokens,faults"), "reset; tokens and faults kept")))));
}
async function clockView() {
  const clock = await call("GET", "/clock");
  if (state.tab !== "clock") return;
  const set = make("input", { size: 32, value: clock.now, "aria-label": "New time" });
  const put = (change, done) => () => act(() => call("PUT", "/clock", change()), done);
  view.replaceChildren(make("section", { className: "card" }, make("h2", {}, clock.now),
    make("p", {}, mark(clock.frozen ? "stands still" : `runs at ${clock.speed}×`, clock.frozen ? "unsure" : "good")),
    make("div", { className: "tools" }, clock.frozen ? button("Run", put(() => ({ freeze: false }), "the clock runs")) : button("Freeze", put(() => ({ freeze: true }), "the clock stands still")),
      ...["1m", "1h", "24h"].map((by) => button(`Advance ${by}`, put(() => ({ advance: by }), `advanced by ${by}`))),
      button("Run at 60×", put(() => ({ speed: 60 }), "60 times as fast")), button("Back to real time", () => act(() => call("DELETE", "/clock"), "real time"))),
    make("div", { className: "tools" }, set, button("Set", put(() => ({ set: set.value }), "clock set")))));
}

// --- Frame ------------------------------------------------------------------------------------------------------------
const tabs = { requests: ["Requests", requestsView], content: ["Content", contentView], sync: ["In sync?", syncView], tasks: ["Tasks", tasksView],
  faults: ["Faults", faultsView], state: ["State", stateView], clock: ["Clock", clockView] };
async function overview() {
  state.overview = await call("GET", "/overview");
  const here = state.overview.engines.find((engine) => engine.here) ?? {};
  $("name").textContent = here.name ?? "mock-engine";
  document.title = `${here.name ?? ""} – mock-engine`;
  const others = state.overview.engines.filter((engine) => !engine.here && engine.url);
  const url = (engine) => engine.url.replace(/\/\/(0\.0\.0\.0|\[::\])/, `//${location.hostname}`);
  $("facts").replaceChildren(`version ${here.version}${here.profile ? `, profile ${here.profile}` : ""}, ${count(here.objects ?? 0, "object")}`,
    ...others.flatMap((engine, at) => [at ? ", " : " · also here: ", make("a", { href: `${url(engine)}/__admin/` }, engine.name)]));
  const ids = ["", ...state.overview.sessions];
  $("sessions").hidden = ids.length < 2;
  $("session").replaceChildren(...ids.map((id) => make("option", { value: id, selected: id === state.session }, id || "none")));
}
async function refresh() {
  try { await tabs[state.tab][1](); } catch (error) { say(error.message); }
}
function open(tab, focus) {
  state.tab = tab;
  $("tabs").replaceChildren(...Object.entries(tabs).map(([id, [title]]) => make("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-selected": id === tab,
    "aria-controls": "view", tabIndex: id === tab ? 0 : -1, onclick: () => open(id) }, title)));
  view.setAttribute("aria-labelledby", `tab-${tab}`);
  if (focus) $(`tab-${tab}`).focus();
  refresh();
}
$("tabs").addEventListener("keydown", (event) => {
  const ids = Object.keys(tabs);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) { event.preventDefault(); open(ids[(ids.indexOf(state.tab) + step + ids.length) % ids.length], true); }
});
$("session").addEventListener("change", (event) => enter(event.target.value));
let reading = new AbortController();
async function enter(session) {
  state.session = session; state.requests.clear(); state.objects = null; state.chosen = null; state.missed = 0;
  reading.abort();
  listen();
  await refresh();
}
// Draws a moment later, so that a thousand requests a second cost four drawings, not a thousand.
let drawing = false;
let drawn = 0;
function soon() {
  if (drawing) return;
  drawing = true;
  const wait = Math.max(0, drawn + 250 - performance.now());
  setTimeout(() => requestAnimationFrame(() => { drawing = false; drawn = performance.now(); drawRequests(); }), wait);
}
function take(event) {
  let last = Math.max(-1, ...state.requests.keys());
  for (const request of event.requests) {
    if (state.requests.size && request.id > last + 1 && last >= 0 && event.requests.length >= 150) state.missed += 1;
    if (state.paused && !state.requests.has(request.id)) continue;
    state.requests.set(request.id, request);
    last = Math.max(last, request.id);
  }
  while (state.requests.size > KEPT) state.requests.delete(state.requests.keys().next().value);
  if (event.state !== state.change) {
    const first = state.change === -1;
    state.change = event.state;
    if (!first && ["content", "sync", "tasks"].includes(state.tab)) slowly();
  }
  if (!state.paused) soon();
}
let waiting = 0;
function slowly() { if (!waiting) waiting = setTimeout(() => { waiting = 0; refresh(); }, 700); }

// Reads the stream with `fetch`, because an EventSource can't send a token.
async function listen() {
  reading = new AbortController();
  const { signal } = reading;
  while (!signal.aborted) {
    try {
      const headers = token ? { Authorization: token } : {};
      const answer = await fetch(`/__admin/events${state.session ? `?session=${encodeURIComponent(state.session)}` : ""}`, { headers, signal });
      if (!answer.ok) throw new Error(answer.status === 401 ? "open this page with #token=… of a login" : `the stream answers ${answer.status}`);
      $("live").textContent = "live"; $("live").className = "mark good";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        const events = text.split("\n\n");
        text = events.pop();
        for (const event of events) if (event.startsWith("data: ")) take(JSON.parse(event.slice(6)));
      }
    } catch (error) {
      if (signal.aborted) return;
      say(error.message);
    }
    $("live").textContent = "not connected"; $("live").className = "mark bad";
    await new Promise((next) => { setTimeout(next, 1500); });
  }
}
open("requests");
overview().catch((error) => say(error.message));
listen();
setInterval(() => { if (!document.hidden && ["tasks", "clock"].includes(state.tab) && !document.activeElement?.matches?.("input")) refresh(); }, 2000);
