// npm test: every kind of check and test, each also alone (`npm test -- lint unit`). Sets up what is missing first.
// A failing stage does not stop the others. The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { hasBrowserHost, installBrowserHost, installPackages, root } from '../scripts/setup.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Counts
 * @typedef {(args: string[], env?: NodeJS.ProcessEnv) => Promise<boolean>} Run Runs a program of this project with this Node.
 * @typedef {{ name: string, start: (run: Run) => Promise<Counts> }} Stage
 */

const reports = path.join(root, '.vscode-test/reports');

/** @type {Run} */
const runInView = (args, env = {}) => awaitSuccess(start(args, env, 'inherit'));

/** Keeps what programs print: that of others beside them would come between. */
function createKeeper() {
  /** @type {string[]} */
  const kept = [];
  return {
    /** @type {Run} */
    async run(args, env = {}) {
      const child = start(args, env, 'pipe');
      const [ok, ...outputs] = await Promise.all([awaitSuccess(child), read(child.stdout), read(child.stderr)]);
      kept.push(...outputs);
      return ok;
    },
    print: () => void process.stdout.write(kept.join('')),
  };
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @param {'inherit' | 'pipe'} output */
function start(args, env, output) {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<boolean>} */
function awaitSuccess(child) {
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** @param {import('node:stream').Readable | null} stream */
const read = (stream) => (stream === null ? '' : text(stream));

/** @param {string} name */
const packageBinary = (name) => {
  const folder = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : (bin[path.basename(name)] ?? bin.tsc));
};

/** A check that passes or fails as a whole. @param {boolean} ok @returns {Counts} */
const one = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

/** @param {Counts} a @param {Counts} b @returns {Counts} */
const add = (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed });

/** What a run that failed before or after its tests adds. @param {boolean} ok @param {Counts} counts @returns {Counts} */
const withCrash = (ok, { passed, failed }) => ({ passed, failed: !ok && failed === 0 ? 1 : failed });

/** @param {Run} run @param {string} name Of its report. @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
async function vitest(run, name, args, env) {
  const report = path.join(reports, `${name}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = await run([packageBinary('vitest'), 'run', ...args, ...reporters], env);
  if (!existsSync(report)) {
    return { passed: 0, failed: 1 };
  }
  /** @type {{ numPassedTests: number, numTotalTests: number, testResults: { status: string, assertionResults: unknown[] }[] }} */
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const unreadable = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  // A test that is skipped or left to do counts as failed: there are none in this project.
  return withCrash(ok, { passed: numPassedTests, failed: numTotalTests - numPassedTests + unreadable.length });
}

/** @param {Run} run */
async function integration(run) {
  const counts = path.join(reports, 'integration.json');
  rmSync(counts, { force: true });
  const ok = await run(['test/integration/launch.mjs'], { HEADLIGHT_TEST_COUNTS: counts });
  return existsSync(counts) ? withCrash(ok, JSON.parse(readFileSync(counts, 'utf8'))) : { passed: 0, failed: 1 };
}

/** @param {Run} run */
async function typecheck(run) {
  const tsc = packageBinary('typescript');
  let ok = true;
  for (const project of ['src', 'webview', 'test']) {
    const known = ['--incremental', '--tsBuildInfoFile', path.join(reports, `${project}.tsbuildinfo`)];
    ok = (await run([tsc, '-p', project, ...known])) && ok;
  }
  return one(ok);
}

const vsix = path.join(root, '.vscode-test/headlight.vsix');

/** Two at a time: a person waits for the program most of the time, and so do these tests. @param {Run} run */
async function e2e(run) {
  const env = existsSync(vsix) ? { HEADLIGHT_VSIX: vsix } : {};
  const keeper = createKeeper();
  const halves = await Promise.all(
    dealFiles('test/e2e', Math.min(2, availableParallelism())).map((files, index) =>
      vitest(index === 0 ? run : keeper.run, `e2e-${index + 1}`, ['--project', 'e2e', ...files], env),
    ),
  );
  keeper.print();
  return halves.reduce(add);
}

/** Test files in hands of about the same length. @param {string} folder @param {number} count */
function dealFiles(folder, count) {
  const files = readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ({ file: `${folder}/${name}`, size: statSync(path.join(root, folder, name)).size }))
    .sort((a, b) => b.size - a.size);
  const hands = Array.from({ length: count }, () => ({ files: /** @type {string[]} */ ([]), size: 0 }));
  for (const { file, size } of files) {
    const lightest = hands.reduce((a, b) => (b.size < a.size ? b : a));
    lightest.files.push(file);
    lightest.size += size;
  }
  return hands.map((hand) => hand.files);
}

/** @param {() => string[]} args When asked for, the packages are installed. @returns {Stage['start']} */
const check = (args) => async (run) => one(await run(args()));

const prettier = ['--check', '--log-level=warn', '.'];
const prettierCache = ['--cache', '--cache-strategy=content', `--cache-location=${path.join(reports, 'prettier')}`];

/** One group after the other. Within a group lines run at the same time, each needing one core; a line is a sequence.
 * @type {Stage[][][]} */
const plan = [
  [
    [{ name: 'lint', start: check(() => [packageBinary('eslint'), '.']) }],
    [
      { name: 'typecheck', start: typecheck },
      { name: 'format', start: check(() => [packageBinary('prettier'), ...prettier, ...prettierCache]) },
      { name: 'package', start: check(() => ['scripts/package.mjs', '--out', vsix]) },
    ],
  ],
  [[{ name: 'build', start: check(() => ['esbuild.mjs']) }]],
  [[{ name: 'unit', start: (run) => vitest(run, 'unit', ['--project', 'unit']) }]],
  [[{ name: 'integration', start: integration }]],
  [[{ name: 'e2e', start: e2e }]],
];

/** @param {string[]} names */
function choose(names) {
  const known = plan.flat(2).map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`No stage is called ${unknown.join(', ')}; there are: ${known.join(', ')}.`);
    process.exit(2);
  }
  const wanted = new Set(names.length > 0 ? names : known);
  if (wanted.has('integration') || wanted.has('e2e')) {
    wanted.add('build');
  }
  return plan
    .map((group) => group.map((line) => line.filter(({ name }) => wanted.has(name))).filter((line) => line.length > 0))
    .filter((group) => group.length > 0);
}

const chosen = choose(process.argv.slice(2));
const began = performance.now();
/** @type {string[]} */
const summary = [];
let total = { passed: 0, failed: 0 };

/** @param {Stage} stage @param {boolean} isAlone Whether nothing runs beside it. */
async function runStage({ name, start }, isAlone) {
  const began = performance.now();
  const keeper = createKeeper();
  const announce = () => console.log(`\n── ${name}`);
  if (isAlone) {
    announce();
  }
  const counts = await start(isAlone ? runInView : keeper.run).catch((error) => {
    console.error(error);
    return one(false);
  });
  if (!isAlone) {
    announce();
    keeper.print();
  }
  total = add(total, counts);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  summary.push(`${name.padEnd(12)}${seconds.padStart(7)} s   ${counts.passed} passed, ${counts.failed} failed`);
}

installPackages();
const needsHost = chosen.flat(2).some(({ name }) => name === 'e2e' || name === 'integration');
if (needsHost && hasBrowserHost) {
  await installBrowserHost();
}
mkdirSync(reports, { recursive: true });
rmSync(vsix, { force: true });
for (const group of chosen) {
  await Promise.all(
    group.map(async (line) => {
      for (const stage of line) {
        await runStage(stage, group.length === 1);
      }
    }),
  );
}
console.log(
  `\n${summary.join('\n')}\n${'in all'.padEnd(12)}${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s`,
);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
