// Opens reports and the console in Chromium; see `run`.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { consoleFlows } from "./console.mjs";

const [mode, root] = process.argv.slice(2);
const all = mode === "all";
const here = new URL(".", import.meta.url).pathname;
const program = (name) => `${root}/target/debug/${name}`;
const axe = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Runs exportdoc; exit codes 0 and 1 are answers. */
function exportdoc(...options) {
  try {
    return execFileSync(program("exportdoc"), options, { cwd: root, maxBuffer: 64 << 20, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    assert.equal(error.status, 1, `${options}: ${error.stderr}`);
    return error.stdout;
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A page that fails on errors of its script and on requests to elsewhere. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") page.troubles.push(message.text()); });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) page.troubles.push(`asks for ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

/** Closes a page that had no trouble. */
async function close(page) {
  assert.deepEqual(page.troubles, [], page.url());
  await page.context().close();
}

/** A picture of docs/images, at the size that suits a page. */
async function picture(page, name, width, height) {
  const before = page.viewportSize();
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: `${here}pictures/${name}.png` });
  await page.setViewportSize(before);
}

/** Asserts that axe finds nothing. */
async function accessible(page, name) {
  const { violations } = await page.evaluate(`(async () => { ${axe}; return axe.run(document); })()`);
  const told = violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  assert.deepEqual(told, [], name);
}

const job = "testdata/generated/masking-job.json";
const global = "testdata/generated/global-small.json";
const hostile = "testdata/generated/hostile.json";
const merge = "testdata/generated/merge";
const reports = {
  job: ["inspect", job],
  global: ["inspect", global],
  hostile: ["inspect", hostile],
  diff: ["diff", `${merge}/base.json`, `${merge}/ours.json`],
  "hostile-diff": ["diff", job, hostile],
  audit: ["audit", job, global, hostile],
  plan: ["plan", hostile, "--target", global],
  merge: ["merge", `${merge}/base.json`, `${merge}/theirs.json`, "--unsigned", "--force", "-o", `${here}merged.json`],
};
for (const [name, options] of Object.entries(reports)) {
  const file = `${here}${name}.html`;
  writeFileSync(file, exportdoc(...options, "--format", "html"));
  const page = await open(`file://${file}`);
  assert.notEqual(await page.title(), "ran", name);
  assert.equal(await page.locator("img, iframe, object, embed").count(), 0, name);
  for (const link of await page.locator("a").evaluateAll((links) => links.map((one) => one.getAttribute("href")))) {
    assert.match(link, /^#o\d+$/, name);
  }
  assert.ok(await page.locator("h1").isVisible());
  await page.screenshot({ path: `${here}${name}.png`, fullPage: all });
  if (name === "diff") await picture(page, "report", 1000, 810);
  if (name === "job" || name === "global") await usable(page);
  if (all) await accessible(page, name);
  await close(page);
  if (!all) continue;
  const dark = await open(`file://${file}`, { colorScheme: "dark", viewport: { width: 400, height: 900 } });
  await accessible(dark, `${name}, dark`);
  const wider = await dark.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} scrolls sideways by ${wider} px`);
  await dark.screenshot({ path: `${here}${name}-400.png`, fullPage: true });
  await close(dark);
  // Readable with scripts off.
  const still = await open(`file://${file}`, { javaScriptEnabled: false });
  assert.equal(await still.locator(".tools").count(), 0);
  assert.ok(await still.locator("main").isVisible());
  await still.context().close();
}

/** Search, links to objects, and zoom. */
async function usable(page) {
  const objects = page.locator("details.object");
  const before = await objects.count();
  await page.fill("input[type=search]", "masking_job masking");
  await page.waitForTimeout(300);
  const found = await page.locator("details.object:visible").count();
  assert.ok(found < before, `${found} of ${before}`);
  await page.fill("input[type=search]", "");
  await page.waitForTimeout(300);
  await page.locator("details.object summary").first().click();
  const link = page.locator("details[open] dd a").first();
  const target = (await link.getAttribute("href")).slice(1);
  await link.click();
  assert.ok(await page.locator(`#${target}`).evaluate((one) => one.open));
  const width = () => page.locator(".canvas svg").evaluate((svg) => svg.getBoundingClientRect().width);
  const narrow = await width();
  await page.click('[aria-label="Zoom in"]');
  assert.ok((await width()) > narrow);
}

if (all) {
  const file = `${here}large.html`;
  writeFileSync(file, exportdoc("inspect", `${here}large.json`, "--format", "html"));
  const { size } = await import("node:fs").then((fs) => fs.statSync(file));
  assert.ok(size < 15e6, `${size} bytes`);
  const page = await open(`file://${file}`);
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map((one) => one.duration))).observe({ entryTypes: ["longtask"] });
  });
  for (const words of ["Lookup77", "lookup7777", "nothing like that", ""]) {
    await page.fill("input[type=search]", words);
    await page.waitForTimeout(1200);
  }
  const long = await page.evaluate(() => window.long.map(Math.round));
  console.log(`large report: ${size} bytes, long tasks while searching: ${long} ms`);
  await close(page);
}

await consoleFlows({ open, close, accessible, picture, all, program: program("mock-engine"), here, spawn });
await browser.close();
console.log(`${mode}: reports and console are as they should be`);
