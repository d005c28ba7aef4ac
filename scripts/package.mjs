// npm run package [-- --target linux-x64 --out FILE.vsix]: builds for production and packs the extension for one platform.
// onnxruntime-node carries the binaries of all platforms, sharp only those that npm installed: for another platform than
// this one run `npm ci --os=OS --cpu=CPU` first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toNotices } from './notices.mjs';
import { installPackages, root } from './setup.mjs';

const limitBytes = 30e6;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string' },
  },
});
const { target } = values;
process.chdir(root);
installPackages();

const [os, cpu] = target.split('-');
const runtime = `node_modules/onnxruntime-node/bin/napi-v6/${os}/${cpu}`;
const imageLibraries = [`node_modules/@img/sharp-${target}`, `node_modules/@img/sharp-libvips-${target}`];
for (const folder of [runtime, imageLibraries[0] ?? '']) {
  if (!existsSync(folder)) {
    throw new Error(`${folder} is missing, so nothing can be packed for ${target}. Is it supported and installed?`);
  }
}

/** @param {string[]} args */
function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    throw new Error(`${args.slice(0, 2).join(' ')} failed`);
  }
}

run('esbuild.mjs', '--production');
const beside = ['onnxruntime-node', 'onnxruntime-common', 'sharp', 'detect-libc', 'semver', '@img/colour'];
const shipped = [...beside.map((name) => `node_modules/${name}`), ...imageLibraries];
writeFileSync('dist/ThirdPartyNotices.txt', toNotices(JSON.parse(readFileSync('dist/inputs.json', 'utf8')), shipped));
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const out = path.resolve(values.out ?? `${name}-${target}-${version}.vsix`);
mkdirSync('.vscode-test', { recursive: true });
const ignoreFile = '.vscode-test/vscodeignore';
const native = [`${runtime}/**`, ...imageLibraries.flatMap((folder) => [`${folder}/*`, `${folder}/lib/*`])];
writeFileSync(ignoreFile, `${readFileSync('.vscodeignore', 'utf8')}${native.map((line) => `!${line}\n`).join('')}`);
run(
  ...['node_modules/@vscode/vsce/vsce', 'package', '--target', target, '--ignoreFile', ignoreFile, '--out', out],
  ...['--no-rewrite-relative-links', '--allow-missing-repository'],
);

const sizeBytes = statSync(out).size;
console.log(`${path.relative(root, out)}: ${(sizeBytes / 1e6).toFixed(1)} MB (limit ${limitBytes / 1e6} MB)`);
if (sizeBytes > limitBytes) {
  process.exitCode = 1;
}
