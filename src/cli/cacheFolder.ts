import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where features are kept: as given, or in the user's cache folder (XDG Base Directory Specification). */
export function chooseCacheFolder(given: string | null, env: NodeJS.ProcessEnv = process.env): string {
  if (given !== null) {
    return resolve(given);
  }
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base.startsWith('/') ? base : join(homedir(), '.cache'), 'headlight', 'features');
}
