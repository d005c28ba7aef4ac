// Bundles everything that ships (dist/) and, unless --production, the tests that run inside VS Code (dist-test/).
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const native = ['onnxruntime-node', 'sharp'];

/** @type {import('esbuild').BuildOptions} */
const shared = { bundle: true, sourcemap: !production, minify: production, logLevel: 'warning', metafile: true };
/** @type {import('esbuild').BuildOptions} */
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // Packages written as ES modules make a `require` from it, which takes a path as well.
  define: { 'import.meta.url': '__filename' },
};
/** @type {import('esbuild').BuildOptions} */
const browser = { ...shared, platform: 'browser', format: 'iife', target: 'chrome120' };

/**
 * `import SomeWorker from './x?worker&inline'`, as in Vite: a class whose instances run the bundled module.
 * @type {import('esbuild').Plugin}
 */
const inlineWorker = {
  name: 'inline-worker',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?worker&inline$/ }, ({ path: request, resolveDir }) => ({
      path: path.join(resolveDir, `${request.slice(0, request.indexOf('?'))}.ts`),
      namespace: 'inline-worker',
    }));
    onLoad({ filter: /.*/, namespace: 'inline-worker' }, async ({ path: entry }) => {
      const bundled = await build({ ...browser, sourcemap: false, entryPoints: [entry], write: false, metafile: true });
      // A page may not start a worker from another origin, and a webview's scripts come from one: hence the blob.
      const contents = `const source = ${JSON.stringify(bundled.outputFiles[0]?.text)};
        export default class extends Worker {
          constructor(options) {
            const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
            super(url, options);
            URL.revokeObjectURL(url);
          }
        }`;
      const inputs = Object.keys(bundled.metafile.inputs).map((file) => path.resolve(file));
      return { contents, loader: 'js', watchFiles: inputs };
    });
  },
};

/**
 * Native code never runs in the extension host: a fault or a long run there would take every extension with it.
 * @type {import('esbuild').Plugin}
 */
const noNativeCode = {
  name: 'no-native-code',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${native.join('|')})$`) }, ({ path: name, importer }) => ({
      errors: [{ text: `${name} must stay out of the extension host, but ${importer} imports it` }],
    }));
  },
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    external: ['vscode'],
    plugins: [noNativeCode],
  },
  { ...node, entryPoints: { inference: 'src/inference/server.ts' }, outdir: 'dist', external: native },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    external: native,
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...browser,
    entryPoints: {
      webview: 'webview/main.ts',
      comparison: 'webview/compare/main.ts',
      evaluation: 'webview/evaluate/main.ts',
    },
    outdir: 'dist',
    plugins: [inlineWorker],
  },
  ...(production
    ? []
    : [
        {
          ...node,
          entryPoints: ['test/integration/*.ts'],
          outdir: 'dist-test',
          external: ['vscode', 'mocha', ...native],
        },
      ]),
];

process.chdir(path.dirname(fileURLToPath(import.meta.url)));
if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  rmSync(production ? 'dist' : 'dist-test', { recursive: true, force: true });
  const results = await Promise.allSettled(bundles.map((options) => build(options)));
  if (production) {
    const inputs = results.flatMap((result) =>
      Object.keys(result.status === 'fulfilled' ? (result.value.metafile?.inputs ?? {}) : {}),
    );
    writeFileSync('dist/inputs.json', JSON.stringify(inputs)); // scripts/package.mjs names their licences
  }
  // esbuild has printed what is wrong.
  process.exitCode = results.every(({ status }) => status === 'fulfilled') ? 0 : 1;
}
