// npm run test:ray: the Ray example on the demo's images, its numbers compared with the command line's. Not part of
// npm test: it needs Python and packages from PyPI. HEADLIGHT_RAY_PYTHON names a Python that has them already.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../../scripts/setup.mjs';

const folder = path.join(root, '.vscode-test/ray');
const model = path.join(root, 'media/demo/efficientnet-lite0.onnx');
const images = path.join(root, 'media/demo/images');
const example = path.join(root, 'examples/ray');
const work = Object.fromEntries(
  ['tensors', 'own', 'maps', 'parquet'].map((name) => [name, path.join(folder, 'work', name)]),
);

/** @param {string} program @param {string[]} args @returns {string} what it printed */
function run(program, args) {
  const { status, stdout, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    throw error ?? new Error(`${program} ${args.join(' ')} ended with exit code ${status}`);
  }
  return stdout;
}

/** A Python with what the example needs. */
function findPython() {
  const given = process.env.HEADLIGHT_RAY_PYTHON;
  const own = path.join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (given === undefined && !existsSync(own)) {
    run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', path.join(folder, 'venv')]);
    run(own, ['-m', 'pip', 'install', '--quiet', '-r', path.join(example, 'requirements.txt')]);
  }
  return given ?? own;
}

rmSync(path.join(folder, 'work'), { recursive: true, force: true });
Object.values(work).forEach((each) => mkdirSync(each, { recursive: true }));
const python = findPython();
run(process.execPath, ['esbuild.mjs']);
const prepare = path.join(folder, 'work/prepareImages.js');
await build({
  entryPoints: [path.join(import.meta.dirname, 'prepareImages.ts')],
  outfile: prepare,
  bundle: true,
  platform: 'node',
  external: ['sharp'],
  logLevel: 'error',
});

const cli = path.join(root, 'dist/cli.js');
const compare = path.join(import.meta.dirname, 'compare.py');
const explained = path.join(folder, 'work/explained.onnx');
process.stdout.write(run(process.execPath, [cli, 'explain', model, '--classes', 'top5', '--out', explained]));
run(python, [compare, 'prepare', explained, images, work.tensors]);
run(process.execPath, [prepare, model, images, work.own]);
const tensors = path.join(work.tensors, '*.npy');
const cam = [cli, 'cam', model, tensors, '--class', 'top5', '--out', work.maps, '--json'];
writeFileSync(path.join(work.maps, 'cam.json'), run(process.execPath, cam));
run(python, [path.join(example, 'explain_images.py'), explained, images, work.parquet, '--batch', '2']);
process.stdout.write(
  run(python, [compare, 'check', explained, images, work.tensors, work.own, work.maps, work.parquet]),
);
