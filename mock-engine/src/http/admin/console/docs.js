"use strict";
// The API for people, made from the OpenAPI document of this server.
const $ = (id) => document.getElementById(id);
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const table = (head, rows) => make("table", {}, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))),
  make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell))))));
// A schema in a few words; references stay names.
function words(schema) {
  if (!schema || typeof schema !== "object") return "anything";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.slice(0, 8).map(String).join(" | ") + (schema.enum.length > 8 ? " | …" : "");
  if (schema.type === "array") return `list of ${words(schema.items)}`;
  const kinds = (schema.oneOf ?? schema.anyOf)?.map(words).join(" or ");
  return kinds ?? [].concat(schema.type ?? "anything").join(" or ");
}
// An example of a schema, at most a few levels deep.
function example(schema, all, depth = 0) {
  if (!schema || depth > 4) return {};
  if (schema.$ref) return example(all[schema.$ref.split("/").pop()], all, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf ?? schema.anyOf) return example((schema.oneOf ?? schema.anyOf)[0], all, depth + 1);
  const type = [].concat(schema.type ?? "object")[0];
  if (type === "array") return [example(schema.items, all, depth + 1)];
  if (type === "object") {
    const names = schema.required ?? Object.keys(schema.properties ?? {}).slice(0, 3);
    return Object.fromEntries(names.map((name) => [name, example(schema.properties?.[name], all, depth + 1)]));
  }
  return { string: "text", integer: 1, number: 1, boolean: true }[type] ?? null;
}
function curl(method, path, operation, all) {
  const query = (operation.parameters ?? []).filter((one) => one.in === "query" && one.required)
    .map((one) => `${one.name}=${encodeURIComponent(example(one.schema, all))}`).join("&");
  const parts = [`curl -X ${method.toUpperCase()} '${location.origin}${path}${query && `?${query}`}'`];
  if (operation.security) parts.push("-H \"Authorization: $TOKEN\"");
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type === "multipart/form-data") parts.push("-F 'file=@FILE'");
  else if (type) parts.push(`-H 'Content-Type: ${type}'`, `-d '${JSON.stringify(example(content.schema, all))}'`);
  return parts.join(" \\\n  ");
}
const tones = { post: "good", put: "unsure", patch: "unsure", delete: "bad" };
function endpoint(method, path, operation, all) {
  const parameters = operation.parameters ?? [];
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  const command = curl(method, path, operation, all);
  const copy = make("button", { type: "button", textContent: "Copy as curl" });
  copy.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(command); $("said").textContent = "copied"; } catch { $("said").textContent = "select the text to copy it"; }
    setTimeout(() => { $("said").textContent = ""; }, 3000);
  });
  const made = make("details", { className: "card" }, make("summary", {}, make("span", { className: `mark ${tones[method] ?? ""}` }, method.toUpperCase()), " ",
    make("code", {}, path), ` ${operation.summary ?? ""}`),
    parameters.length ? make("h3", {}, "Parameters") : null,
    parameters.length ? table(["Name", "In", "Value", "Needed"], parameters.map((one) => [one.name, one.in, words(one.schema), one.required ? "yes" : "no"])) : null,
    bodies.length ? make("h3", {}, "Body") : null,
    bodies.length ? table(["Type", "Value"], bodies.map(([type, content]) => [type, words(content.schema)])) : null,
    make("h3", {}, "Answers"),
    table(["Status", "Meaning", "Body"], Object.entries(operation.responses ?? {}).map(([status, answer]) => [status, answer.description ?? "",
      Object.entries(answer.content ?? {}).map(([type, content]) => `${type}: ${words(content.schema)}`).join(", ")])),
    make("h3", {}, "Try it"), make("pre", { tabIndex: 0 }, command), copy);
  made.dataset.text = `${method} ${path} ${operation.summary ?? ""}`.toLowerCase();
  return made;
}
async function show() {
  const answer = await fetch("/__admin/openapi.json", token ? { headers: { Authorization: token } } : {});
  const api = await answer.json();
  const all = api.components?.schemas ?? {};
  const groups = new Map();
  const own = []; // Last: who looks here wants the engine's API.
  for (const [path, methods] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(methods)) {
    const group = path.replace(/^\/(masking\/api\/?)?/, "").split("/")[0];
    if (!group || group === "__admin") { own.push(endpoint(method, path, operation, all)); continue; }
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(endpoint(method, path, operation, all));
  }
  groups.set("The mock itself", own);
  $("facts").textContent = `${api.info?.title ?? ""} ${api.info?.version ?? ""}`;
  $("list").replaceChildren(...[...groups].map(([name, endpoints]) => make("section", {}, make("h2", {}, name), ...endpoints)));
  const search = () => {
    const wanted = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const section of $("list").children) {
      let any = false;
      for (const one of section.querySelectorAll("details")) {
        one.hidden = !wanted.every((word) => one.dataset.text.includes(word));
        if (!one.hidden) { any = true; found += 1; }
      }
      section.hidden = !any;
    }
    $("tally").textContent = `${found} endpoints`;
  };
  $("search").addEventListener("input", search);
  search();
}
show().catch((error) => { $("list").textContent = `The OpenAPI document can't be read: ${error.message}`; });
