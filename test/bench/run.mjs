// npm run bench: the figures this project promises, measured on this machine. Medians; ratios within one run.
// `npm run bench -- inference` measures one topic only. Ends with 1 when a promise is not kept.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { installBrowserHost, installPackages, root } from '../../scripts/setup.mjs';

/** @typedef {import('./figure').Figure} Figure */

installPackages();
process.chdir(root);
const output = path.join(root, 'dist-test/bench');

async function build() {
  const { build } = await import('esbuild');
  run('esbuild.mjs', '--production');
  await build({
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    entryPoints: ['test/bench/*.ts'],
    outdir: output,
    external: ['vscode', 'onnxruntime-node', 'sharp'],
  });
}

/** @param {string[]} args */
function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    throw new Error(`${args.join(' ')} failed`);
  }
}

/** @param {string} topic @returns {Promise<Figure[]>} */
const measure = (topic) => createRequire(import.meta.url)(path.join(output, `${topic}.js`)).measure();

/** @param {string} file @param {number} limit @returns {Figure} */
function toSizeFigure(file, limit) {
  const gzipped = (gzipSync(readFileSync(file)).length / 1e6).toFixed(2);
  return { name: file, value: statSync(file).size / 1e6, unit: 'MB', limit, note: `${gzipped} MB gzipped` };
}

/** @returns {Promise<Figure[]>} */
async function sizes() {
  const vsix = path.join(output, 'headlight.vsix');
  run('scripts/package.mjs', '--out', vsix);
  const name = `VSIX for ${process.platform}-${process.arch}`;
  return [
    toSizeFigure('dist/extension.js', 1),
    toSizeFigure('dist/webview.js', 1),
    { name, value: statSync(vsix).size / 1e6, unit: 'MB', limit: 30, note: 'with ONNX Runtime and libvips' },
  ];
}

/** @returns {Promise<Figure[]>} */
async function editor() {
  await installBrowserHost();
  const { runTests } = await import('@vscode/test-electron');
  const { toTimeFigure } = createRequire(import.meta.url)(path.join(output, 'figure.js'));
  const report = path.join(output, 'editor.json');
  /** @type {import('./editor').EditorTimes[]} */
  const starts = [];
  for (let count = 0; count < 5; count++) {
    rmSync(report, { force: true });
    await runTests({
      vscodeExecutablePath: path.join(root, 'test/host/code.mjs'),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(output, 'editor.js'),
      extensionTestsEnv: { HEADLIGHT_BENCH_REPORT: report },
      launchArgs: [path.join(root, 'media/demo'), '--disable-extensions'],
    });
    starts.push(JSON.parse(readFileSync(report, 'utf8')));
  }
  const first = starts.flatMap(({ openings }) => openings.slice(0, 1));
  const later = starts.flatMap(({ openings }) => openings.slice(1));
  /** @param {(times: import('./editor').EditorTimes) => number} pick */
  const ofStarts = (pick) => starts.map(pick);
  return [
    toTimeFigure(
      'activation: loading the code and activate()',
      ofStarts(({ activation }) => activation),
      50,
    ),
    toTimeFigure(
      '  with what VS Code does around it',
      ofStarts(({ activationRequest }) => activationRequest),
    ),
    toTimeFigure('first graph of EfficientNet-Lite0 after its editor opens', fromTab(first), 500),
    toTimeFigure('  when VS Code has shown a model before', fromTab(later), 500),
    toTimeFigure('  from the command that opens the editor', fromCommand(first)),
    toTimeFigure('  from the command, when VS Code has shown a model before', fromCommand(later)),
  ];
}

/** @returns {Promise<Figure[]>} */
async function large() {
  await installBrowserHost();
  const { measureLarge } = await import('./large.mjs');
  const require = createRequire(import.meta.url);
  return measureLarge(require(path.join(output, 'largeModels.js')), require(path.join(output, 'figure.js')).median);
}

/** @param {import('./editor').Opening[]} openings */
const fromTab = (openings) => openings.map((opening) => opening.fromTab);
/** @param {import('./editor').Opening[]} openings */
const fromCommand = (openings) => openings.map((opening) => opening.fromCommand);

/** @type {Record<string, () => Promise<Figure[]>>} */
const topics = {
  sizes,
  reading: () => measure('reading'),
  inference: () => measure('inference'),
  batch: () => measure('batch'),
  gradient: () => measure('gradient'),
  methods: () => measure('methods'),
  fit: () => measure('fit'),
  editor,
  large,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in topics));
if (unknown.length > 0) {
  console.error(`No topic is called ${unknown.join(', ')}; there are: ${Object.keys(topics).join(', ')}.`);
  process.exit(2);
}

mkdirSync(output, { recursive: true });
await build();
console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
let missed = 0;
for (const [name, topic] of Object.entries(topics)) {
  if (wanted.length > 0 && !wanted.includes(name)) {
    continue;
  }
  for (const { name, value, unit, limit, note } of await topic()) {
    const isOver = limit !== undefined && value > limit;
    missed += Number(isOver);
    const figure = `${value.toFixed(unit === 'ms' ? 1 : 3)} ${unit}`.padStart(13);
    const promise = limit === undefined ? '' : `${isOver ? 'OVER' : 'within'} ${limit} ${unit}`;
    console.log(`${name.padEnd(62)}${figure}   ${promise.padEnd(15)} ${note}`);
  }
}
console.log(missed === 0 ? '\nEvery promise is kept.' : `\n${missed} promises are not kept.`);
process.exitCode = missed === 0 ? 0 : 1;
