// npm test: every kind of check and test, each also alone (`npm test -- lint unit`). Sets up what is missing first.
// A failing stage does not stop the others. The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { hasBrowserHost, installBrowserHost, installPackages, root } from '../scripts/setup.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

const reports = path.join(root, '.vscode-test/reports');

/** Runs a program of this project with this Node. @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<boolean>} */
function run(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** @param {string} name */
const packageBinary = (name) => {
  const folder = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : (bin[path.basename(name)] ?? bin.tsc));
};

/** A check that passes or fails as a whole. @param {boolean} ok @returns {Counts} */
const one = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

/** What a run that failed before or after its tests adds. @param {boolean} ok @param {Counts} counts @returns {Counts} */
const withCrash = (ok, { passed, failed }) => ({ passed, failed: !ok && failed === 0 ? 1 : failed });

/** @param {string} project */
async function vitest(project, env = {}) {
  const report = path.join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = await run([packageBinary('vitest'), 'run', '--project', project, ...reporters], env);
  if (!existsSync(report)) {
    return { passed: 0, failed: 1 };
  }
  /** @type {{ numPassedTests: number, numTotalTests: number, testResults: { status: string, assertionResults: unknown[] }[] }} */
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const unreadable = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  // A test that is skipped or left to do counts as failed: there are none in this project.
  return withCrash(ok, { passed: numPassedTests, failed: numTotalTests - numPassedTests + unreadable.length });
}

async function integration() {
  const counts = path.join(reports, 'integration.json');
  rmSync(counts, { force: true });
  const ok = await run(['test/integration/launch.mjs'], { HEADLIGHT_TEST_COUNTS: counts });
  return existsSync(counts) ? withCrash(ok, JSON.parse(readFileSync(counts, 'utf8'))) : { passed: 0, failed: 1 };
}

async function typecheck() {
  const tsc = packageBinary('typescript');
  let ok = true;
  for (const project of ['src', 'webview', 'test']) {
    ok = (await run([tsc, '-p', project])) && ok;
  }
  return one(ok);
}

const vsix = path.join(root, '.vscode-test/headlight.vsix');
/** Stages of one inner list run at the same time: those need one core each. */
const plan = [
  [
    { name: 'typecheck', start: typecheck },
    { name: 'lint', start: async () => one(await run([packageBinary('eslint'), '.'])) },
  ],
  [
    {
      name: 'format',
      start: async () => one(await run([packageBinary('prettier'), '--check', '--log-level=warn', '.'])),
    },
  ],
  [{ name: 'build', start: async () => one(await run(['esbuild.mjs'])) }],
  [{ name: 'unit', start: () => vitest('unit') }],
  [{ name: 'integration', start: integration }],
  [{ name: 'package', start: async () => one(await run(['scripts/package.mjs', '--out', vsix])) }],
  [{ name: 'e2e', start: () => vitest('e2e', existsSync(vsix) ? { HEADLIGHT_VSIX: vsix } : {}) }],
];

/** @param {string[]} names */
function choose(names) {
  const known = plan.flat().map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`No stage is called ${unknown.join(', ')}; there are: ${known.join(', ')}.`);
    process.exit(2);
  }
  const wanted = new Set(names.length > 0 ? names : known);
  if (wanted.has('integration') || wanted.has('e2e')) {
    wanted.add('build');
  }
  return plan.map((group) => group.filter(({ name }) => wanted.has(name))).filter((group) => group.length > 0);
}

const chosen = choose(process.argv.slice(2));
const start = performance.now();
/** @type {string[]} */
const summary = [];
const total = { passed: 0, failed: 0 };

/** @param {string} name @param {() => Promise<Counts>} work */
async function stage(name, work) {
  const began = performance.now();
  console.log(`\n── ${name}`);
  const counts = await work().catch((error) => {
    console.error(error);
    return one(false);
  });
  total.passed += counts.passed;
  total.failed += counts.failed;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  summary.push(`${name.padEnd(12)}${seconds.padStart(7)} s   ${counts.passed} passed, ${counts.failed} failed`);
}

installPackages();
const needsHost = chosen.flat().some(({ name }) => name === 'e2e' || name === 'integration');
if (needsHost && hasBrowserHost) {
  await installBrowserHost();
}
mkdirSync(reports, { recursive: true });
rmSync(vsix, { force: true });
for (const group of chosen) {
  await Promise.all(group.map(({ name, start }) => stage(name, start)));
}
console.log(
  `\n${summary.join('\n')}\n${'in all'.padEnd(12)}${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s`,
);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
