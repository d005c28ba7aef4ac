import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Builds the inference process's entry below the checkout (its packages must be found); call the result to remove it. */
export async function buildServer(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = join(__dirname, '../../../.vscode-test/unit', `${name}-${process.pid}`);
  const path = join(folder, 'inference.js');
  await build({
    entryPoints: [join(__dirname, '../../../src/inference/server.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['onnxruntime-node', 'sharp'],
    logLevel: 'error',
  });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
