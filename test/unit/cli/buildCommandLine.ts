import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Builds the command line and its inference process below the checkout, to be run as a program of its own. */
export async function buildCommandLine(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const root = join(__dirname, '../../..');
  const folder = join(root, '.vscode-test/unit', `${name}-${process.pid}`);
  await build({
    entryPoints: { cli: join(root, 'src/cli/main.ts'), inference: join(root, 'src/inference/server.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { 'import.meta.url': '__filename' },
    external: ['onnxruntime-node', 'sharp'],
    logLevel: 'error',
  });
  return { path: join(folder, 'cli.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
