import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

/** The inference process's entry in a folder of its own below the checkout; call the result to remove it. */
export async function buildServer(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = join(__dirname, '../../../.vscode-test/unit', `${name}-${process.pid}`);
  const path = join(folder, 'inference.js');
  await cp(inject('inferenceBundle'), path);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
