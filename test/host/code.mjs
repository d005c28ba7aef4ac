#!/usr/bin/env node
// Stands in for the VS Code executable: its path is given as `vscodeExecutablePath` to @vscode/test-electron's runTests().
// Needs no display, no Electron and no download. Exit codes: the tests' own (0 or 1), 70 VS Code crashed, 124 timeout.
// Environment: VSCODE_TEST_TIMEOUT (ms), VSCODE_TEST_VERBOSE=1, VSCODE_TEST_SCREENSHOT (path of a PNG).
import { closeSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { format } from 'node:util';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

const crashed = 70;
const timedOut = 124;

/** Flags of VS Code as runTests passes them; `folder` is the last argument that is none. @param {string[]} args */
function parseArguments(args) {
  /** @type {Map<string, string[]>} */
  const flags = new Map();
  let folder;
  for (const arg of args) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    if (match?.[1]) {
      flags.set(match[1], [...(flags.get(match[1]) ?? []), match[2] ?? '']);
    } else {
      folder = arg;
    }
  }
  return { flags, folder };
}

const { flags, folder } = parseArguments(process.argv.slice(2));
const tests = flags.get('extensionTestsPath')?.at(-1);
const verbose = Boolean(process.env.VSCODE_TEST_VERBOSE);

// The tests write to a file: synchronous, in order, apart from the workbench's own log lines. It is copied to stdout here.
const outputFolder = mkdtempSync(path.join(tmpdir(), 'vscode-out-'));
const outputFile = path.join(outputFolder, 'out.log');
const verdictFile = `${outputFile}.exit`;
writeFileSync(outputFile, '');
const output = openSync(outputFile, 'r');
const chunk = Buffer.alloc(65536);
function copyOutput() {
  for (let count; (count = readSync(output, chunk)) > 0;) {
    process.stdout.write(chunk.subarray(0, count));
  }
}
const copying = setInterval(copyOutput, 50);
if (tests) {
  process.env.VSCODE_TEST_RUN = JSON.stringify({ out: outputFile, tests: path.resolve(tests) });
}

/** @type {Awaited<ReturnType<typeof startServer>> | undefined} */
let server;
/** @type {import('playwright-core').Browser | undefined} */
let browser;
let closing = false;

/** @param {number} code @param {string} [reason] */
async function finish(code, reason) {
  if (closing) {
    return;
  }
  closing = true;
  if (reason) {
    console.error(`[vscode-host] ${reason}`);
  }
  setTimeout(() => process.exit(code), 8000).unref();
  await Promise.allSettled([browser?.close(), server?.stop()]);
  clearInterval(copying);
  copyOutput();
  closeSync(output);
  rmSync(outputFolder, { recursive: true, force: true });
  process.exit(code);
}
process.on('SIGINT', () => void finish(130));
process.on('SIGHUP', () => void finish(129));
process.on('SIGTERM', () => void finish(143));
process.on('uncaughtException', (error) => void finish(crashed, error.stack));
process.on('unhandledRejection', (error) => void finish(crashed, String(error)));
const limit = Number(process.env.VSCODE_TEST_TIMEOUT ?? 1_200_000);
setTimeout(() => void finish(timedOut, `timed out after ${limit} ms`), limit).unref();

mkdirSync('.vscode-test', { recursive: true });
const log = createWriteStream(path.resolve('.vscode-test/host.log'));
/** @param {string} text */
function onLog(text) {
  log.write(text);
  if (verbose) {
    process.stderr.write(text);
  }
}

const userDataDir = flags.get('user-data-dir')?.at(-1);
const extensionsDir = flags.get('extensions-dir')?.at(-1);
[server, browser] = await Promise.all([
  startServer({
    driver: true,
    ...(userDataDir ? { userDataDir } : {}),
    ...(extensionsDir ? { extensionsDir } : {}),
    onLog,
  }),
  launchBrowser(),
]);
const { remote, url } = server;
void server.exited.then((reason) => finish(crashed, reason));
browser.on('disconnected', () => void finish(crashed, 'the browser went away'));

const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
page.on('crash', () => void finish(crashed, 'the page crashed'));
await page.exposeFunction('codeAutomationLog', (/** @type {string} */ type, /** @type {unknown[]} */ values) => {
  onLog(`[${type}] ${format(...values)}\n`);
});
await page.exposeFunction('codeAutomationExit', async (/** @type {number} */ code) => {
  if (process.env.VSCODE_TEST_SCREENSHOT) {
    await page.screenshot({ path: process.env.VSCODE_TEST_SCREENSHOT }).catch(() => undefined);
  }
  if (!tests) {
    void finish(code);
  } else if (existsSync(verdictFile)) {
    void finish(code || Number(readFileSync(verdictFile, 'utf8')));
  } else {
    void finish(crashed, 'the extension host ended before the tests did');
  }
});

/** @type {[string, string][]} */
const payload = [
  ['skipWelcome', 'true'],
  ['skipReleaseNotes', 'true'],
];
if (flags.has('disable-extensions')) {
  payload.push(['disableExtensions', 'true']);
}
for (const development of flags.get('extensionDevelopmentPath') ?? []) {
  payload.push(['extensionDevelopmentPath', remote(development)]);
}
if (tests) {
  payload.push(['extensionTestsPath', remote(fileURLToPath(new URL('./inExtensionHost.cjs', import.meta.url)))]);
}
await page.goto(url(folder, payload));
