// The mock's console in a browser: two engines of one process, a client that calls them, and a person at the page.
import assert from "node:assert/strict";

export async function consoleFlows({ open, close, accessible, picture, all, program, here, spawn }) {
  const mock = spawn(program, ["--engine", "test:0", "--engine", "production:0", "--ready-format", "json"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const urls = await ready(mock);
    await flows(urls);
  } finally {
    mock.kill();
  }

  async function flows([url, other]) {
    const call = async (base, method, path, body, token) => {
      const headers = { "content-type": "application/json", ...(token ? { authorization: token } : {}) };
      const answer = await fetch(`${base}${path}`, { method, headers, body: body && JSON.stringify(body) });
      return answer.json().catch(() => null);
    };
    const page = await open(`${url}/__admin/`, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.waitForSelector("#live.good");
    const login = (base) => call(base, "POST", "/masking/api/login", { username: "admin", password: "word" });
    const token = (await login(url)).Authorization;
    const listed = await call(url, "GET", "/masking/api/syncable-objects?object_type=DOMAIN", null, token);
    const { objectIdentifier, objectType } = listed.responseList[0];
    const document = await call(url, "POST", "/masking/api/export", [{ objectIdentifier, objectType }], token);
    const there = (await login(other)).Authorization;
    await call(other, "POST", "/masking/api/import?force_overwrite=true", document, there);
    const edited = { ...document, blob: document.blob.replace(/^..../, "AAAA") };
    await call(url, "POST", "/masking/api/import?force_overwrite=true", edited, token);
    await call(url, "GET", "/masking/api/syncable-objcts", null, token);

    // Requests come by themselves, with what they were and why they failed.
    await page.waitForSelector("text=export of 1 object");
    await page.click("tr:has-text(\"syncable-objcts\")");
    await page.waitForSelector("#detail >> text=Did you mean");
    await picture(page, "console", 1100, 560);
    await page.click("text=Copy as curl");
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("curl -X GET"));
    await page.screenshot({ path: `${here}console-requests.png` });
    if (all) await accessible(page, "requests");

    // Two engines differ in their global key only.
    await page.click("text=In sync?");
    await page.waitForSelector("text=KEY global");
    await page.click("text=KEY global");
    await page.waitForSelector("#detail h3");
    await page.screenshot({ path: `${here}console-sync.png` });
    if (all) await accessible(page, "in sync");

    // A set of faults, switched on and off.
    await page.click("#tab-faults");
    await page.click('[aria-label="Switch on busy-engine"]');
    await page.waitForSelector('[aria-label="Switch off busy-engine"]');
    assert.equal((await call(url, "GET", "/__admin/faults")).faults.length, 3);
    if (all) await accessible(page, "faults");
    await page.click('[aria-label="Switch off busy-engine"]');
    await page.waitForSelector('[aria-label="Switch on busy-engine"]');
    assert.equal((await call(url, "GET", "/__admin/faults")).faults.length, 0);
    if (all) await views(page, url, call);
    await close(page);

    const docs = await open(`${url}/__admin/docs`);
    await docs.waitForSelector("details");
    await docs.fill("#search", "export-async");
    await docs.locator("details:visible").first().click();
    await docs.waitForSelector("details[open] >> text=Copy as curl");
    await docs.screenshot({ path: `${here}console-docs.png` });
    if (all) await accessible(docs, "docs");
    await close(docs);
    if (all) await storm(url);
  }

  /** Content, state and clock, and the keyboard. */
  async function views(page, url, call) {
    await page.click("#tab-content");
    await page.fill('[aria-label="Search objects"]', "lookup");
    await page.locator(".tree li button").first().click();
    await page.waitForSelector("#detail svg g");
    await accessible(page, "content");
    await page.screenshot({ path: `${here}console-content.png` });
    await page.click("#tab-state");
    await page.fill('[aria-label="Name of the snapshot"]', "before");
    await page.click("text=Take a snapshot");
    await page.waitForSelector('[aria-label="Restore before"]');
    await page.click('[aria-label="Restore before"]');
    await page.waitForSelector("text=before restored");
    await page.waitForTimeout(500);
    await page.fill('[aria-label="Id of the session"]', "one");
    await page.click("text=Begin a session");
    await page.waitForSelector('[aria-label="End session one"]');
    await accessible(page, "state");
    await page.click('[aria-label="End session one"]');
    await page.click("#tab-clock");
    await page.click("text=Freeze");
    await page.waitForSelector("text=stands still");
    const before = (await call(url, "GET", "/__admin/clock")).now;
    await page.click("text=Advance 24h");
    await page.waitForFunction((then) => !document.querySelector("h2").textContent.startsWith(then.slice(0, 10)), before);
    await accessible(page, "clock");
    await page.click("text=Back to real time");
    await page.focus("#tab-clock");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.id), "tab-requests");
    await page.waitForSelector("tr.row");
    await page.locator("tr.row").last().focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Copy as Java");
    await page.click("#tab-tasks");
    await accessible(page, "tasks");
  }

  /** A thousand requests a second, and no task of the page's main thread over 200 ms. */
  async function storm(url) {
    const page = await open(`${url}/__admin/`);
    await page.waitForSelector("#live.good");
    await page.evaluate(() => {
      window.long = [];
      new PerformanceObserver((list) => window.long.push(...list.getEntries().map((one) => one.duration))).observe({ entryTypes: ["longtask"] });
    });
    const started = Date.now();
    let sent = 0;
    while (Date.now() - started < 5000) {
      const due = Date.now() - started;
      const batch = Math.min(due - sent, 64);
      if (batch <= 0) { await new Promise((next) => { setTimeout(next, 2); }); continue; }
      await Promise.all(Array.from({ length: batch }, () => fetch(`${url}/masking/api/system-information`).then((answer) => answer.arrayBuffer())));
      sent += batch;
    }
    await page.waitForTimeout(1000);
    const long = await page.evaluate(() => window.long.map(Math.round));
    console.log(`console: ${Math.round(sent / 5)} requests a second, long tasks: ${long.length ? long : "none"} ms`);
    await close(page);
  }
}

/** The URLs of the engines, from the line that the program prints once it is ready. */
async function ready(mock) {
  let text = "";
  for await (const piece of mock.stdout) {
    text += piece;
    const end = text.indexOf("\n");
    if (end < 0) continue;
    const line = JSON.parse(text.slice(0, end));
    return (line.engines ?? [line]).map((engine) => engine.url);
  }
  throw new Error(`the mock ended: ${text}`);
}
