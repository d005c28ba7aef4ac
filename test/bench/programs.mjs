// The two programs that open the same models in the same Chromium: Headlight in the VS Code workbench, and Netron.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { root } from '../../scripts/setup.mjs';
import { launchBrowser } from '../host/browser.mjs';
import { startServer } from '../host/server.mjs';
import { Workbench } from '../host/workbench.mjs';
import { measureRenderers } from './renderers.mjs';

/** @typedef {import('playwright-core').Page} Page @typedef {import('playwright-core').Frame} Frame */

/**
 * @typedef {object} Openings Of one model by one program.
 * @property {number[]} drawnMs From the click or the navigation to the second frame after the graph is in the page.
 * @property {number | null} bytes Resident bytes of all renderer processes with the model.
 * @property {number | null} baseBytes The same before any model was opened: the workbench alone, an empty page.
 * @property {number[]} frameMs Times between frames while the graph is panned with the wheel.
 */

const viewport = { width: 1440, height: 900 };
const patienceMs = 180_000;
const rounds = 3;
/** An opening that took longer than this is not repeated. */
const longMs = 5000;
/** Nothing but this machine: Netron reports its use to a server. */
const offline = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];

/**
 * Opens `model` in Headlight, with a double click in the Explorer; up to three times. Before that a small model was
 * opened and closed, so that VS Code has started the extension and knows how to show a webview. At the end its first
 * block is opened, from the click to the second frame after it is in the page.
 * @param {string} model @param {string} small A model in the same folder.
 * @returns {Promise<Openings & { blockMs: number[] }>} No times where nothing is folded.
 */
export async function openInHeadlight(model, small) {
  const folder = path.dirname(model);
  const server = await startServer({ driver: false, install: [root] });
  const browser = await launchBrowser(offline);
  try {
    const page = await browser.newPage({ viewport });
    await page.addInitScript(noteWhenDrawn(headlightGraph));
    const workbench = new Workbench(page, folder);
    await workbench.load(server.url(folder));
    const baseBytes = await measureMemory(page);
    await workbench.chooseFromMenu(path.basename(small), 'Inspect Model');
    await untilDrawn(page);
    await workbench.closeEditors();
    const entry = await workbench.file(path.basename(model));
    const openings = await repeat(page, baseBytes, async (isRepeated) => {
      if (isRepeated) {
        await workbench.closeEditors();
      }
      const clicked = page.evaluate(
        `new Promise((resolve) => addEventListener('dblclick', () => resolve(Date.now()), { capture: true, once: true }))`,
      );
      await entry.dblclick();
      const drawn = await untilDrawn(page);
      return { ...drawn, startedAt: Number(await clicked) };
    });
    const { frame } = await untilDrawn(page);
    return { ...openings, blockMs: /** @type {number[]} */ (await frame.evaluate(openFirstBlock)) };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/**
 * Opens `model` in Netron, as `netron MODEL` does; up to three times. Before that the browser has opened a small model.
 * @param {string} python @param {string} model @param {string} small @returns {Promise<Openings>}
 */
export async function openInNetron(python, model, small) {
  const browser = await launchBrowser(offline);
  try {
    const page = await browser.newPage({ viewport });
    // Netron asks for consent to cookies before it opens anything, and takes away eval(), by which Playwright asks.
    await page.context().addCookies([{ name: 'consent', value: '1', domain: '127.0.0.1', path: '/' }]);
    await page.addInitScript(
      `const original = eval; Object.defineProperty(window, 'eval', { get: () => original, set() {} });`,
    );
    await page.addInitScript(noteWhenDrawn(netronGraph));
    const baseBytes = await measureMemory(page);
    await withNetron(python, small, async (address) => {
      await page.goto(address);
      await untilDrawn(page);
    });
    return await withNetron(python, model, (address) =>
      repeat(page, baseBytes, async () => {
        const startedAt = Date.now();
        await page.goto(address, { waitUntil: 'commit' });
        return { ...(await untilDrawn(page)), startedAt };
      }),
    );
  } finally {
    await browser.close();
  }
}

/**
 * Memory and frames are those of the first opening.
 * @param {Page} page @param {number | null} baseBytes
 * @param {(isRepeated: boolean) => Promise<{ frame: Frame, startedAt: number, drawnAt: number }>} open
 * @returns {Promise<Openings>}
 */
async function repeat(page, baseBytes, open) {
  const { frame, startedAt, drawnAt } = await open(false);
  const bytes = await measureMemory(page);
  const frameMs = await pan(page, frame);
  const drawnMs = [drawnAt - startedAt];
  while (drawnMs.length < rounds && Math.max(...drawnMs) < longMs) {
    const { startedAt, drawnAt } = await open(true);
    drawnMs.push(drawnAt - startedAt);
  }
  return { drawnMs, baseBytes, bytes, frameMs };
}

/** A Python that has Netron ($NETRON_PYTHON, else python3), with its version; null when there is none. */
export function findNetron() {
  const python = process.env.NETRON_PYTHON ?? 'python3';
  const found = spawnSync(python, ['-c', 'import netron; print(netron.__version__)'], { encoding: 'utf8' });
  return found.status === 0 ? { python, version: found.stdout.trim() } : null;
}

/**
 * @template T @param {string} python @param {string} model @param {(address: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withNetron(python, model, use) {
  const port = await findFreePort();
  const args = ['-c', 'import netron; netron.main()', '--host', '127.0.0.1', '--port', String(port), model];
  const server = spawn(python, args, { stdio: 'ignore' });
  const address = `http://127.0.0.1:${port}/`;
  try {
    await untilServing(server, address);
    return await use(address);
  } finally {
    server.kill('SIGKILL');
  }
}

/** @param {import('node:child_process').ChildProcess} server @param {string} address */
async function untilServing(server, address) {
  while (server.exitCode === null) {
    const answer = await fetch(address).catch(() => null); // refused as long as it starts
    if (answer?.ok) {
      return;
    }
    await wait(50);
  }
  throw new Error(`Netron did not start: exit code ${server.exitCode}`);
}

/** @returns {Promise<number>} */
async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Whether the graph is there, in the page of a model. These run in the browser. */
const headlightGraph = `document.querySelector('.graph-canvas .boxes > *') !== null`;
const netronGraph = `document.body?.classList.contains('default') && document.querySelector('#canvas .node') !== null`;

/** Opens and closes the first block some times; runs in the browser. */
const openFirstBlock = `(async () => {
  const nextFrame = () => new Promise(requestAnimationFrame);
  const isOpen = () => document.querySelector('.graph-canvas .frame') !== null;
  const times = [];
  for (let round = 0; round < 7; round++) {
    document.querySelector('button[title="Fold all blocks"]')?.click();
    while (isOpen()) await nextFrame();
    await nextFrame();
    const block = document.querySelector('.graph-canvas .box-block');
    if (block === null) break;
    const startedAt = performance.now();
    block.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    while (!isOpen()) await nextFrame();
    await nextFrame();
    times.push(performance.now() - startedAt);
  }
  return times;
})()`;

/**
 * For every frame: looks for the graph and notes when the second animation frame from then on comes: it is painted.
 * Asking from outside instead would take time from the program that is measured. @param {string} isThere
 */
const noteWhenDrawn = (isThere) => `{
  const timer = setInterval(() => {
    if (${isThere}) {
      clearInterval(timer);
      requestAnimationFrame(() => requestAnimationFrame(() => (globalThis.drawnAt = Date.now())));
    }
  }, 10);
}`;

/**
 * Waits for the graph in any frame of the page. @param {Page} page @returns {Promise<{ frame: Frame, drawnAt: number }>}
 */
async function untilDrawn(page) {
  for (const start = Date.now(); Date.now() - start < patienceMs; await wait(100)) {
    for (const frame of page.frames()) {
      const drawnAt = await frame.evaluate('globalThis.drawnAt').catch(() => null); // the frame may be about to go
      if (typeof drawnAt === 'number') {
        return { frame, drawnAt };
      }
    }
  }
  throw new Error(`No graph was drawn within ${patienceMs / 1000} s`);
}

/** Turns the wheel over the graph, down and up again, and listens for the frames. @param {Page} page @param {Frame} frame */
async function pan(page, frame) {
  await page.mouse.move(viewport.width / 2, viewport.height / 2);
  await frame.evaluate(`globalThis.frameTimes = [];
    (function record(time) { frameTimes.push(time); requestAnimationFrame(record); })(performance.now())`);
  for (let step = 0; step < 60; step++) {
    await page.mouse.wheel(0, step < 30 ? 60 : -60);
    await wait(8);
  }
  const times = /** @type {number[]} */ (await frame.evaluate('frameTimes'));
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

/** Resident bytes of the renderer processes once everything is at rest, garbage collected. @param {Page} page */
async function measureMemory(page) {
  const session = await page.context().newCDPSession(page);
  await wait(1000);
  await session.send('HeapProfiler.collectGarbage');
  await wait(500);
  await session.detach();
  return measureRenderers();
}

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
