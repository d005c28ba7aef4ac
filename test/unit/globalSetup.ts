import { build } from 'esbuild';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The inference process's entry, bundled. */
    readonly inferenceBundle: string;
  }
}

/** Bundles the inference process once for all tests, below the checkout: its packages must be found. */
export default async function setup(project: TestProject) {
  const root = path.join(__dirname, '../..');
  const bundle = path.join(root, '.vscode-test/unit/inference.js');
  await build({
    entryPoints: [path.join(root, 'src/inference/server.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['onnxruntime-node', 'sharp'],
    logLevel: 'error',
  });
  project.provide('inferenceBundle', bundle);
}
