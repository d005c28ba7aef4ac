// npm start: builds Headlight and opens the demo workspace in VS Code with the extension loaded.
//   --browser            in the browser even where a desktop VS Code can be had
//   --port N             port of the browser's VS Code (a free one by default)
//   --screenshot DIR     no window: saves pictures of every view to DIR
// Only Node's own modules until everything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installBrowserHost, installPackages, root } from './setup.mjs';

const demo = path.join(root, 'media/demo');

function readArguments() {
  try {
    return parseArgs({
      options: {
        browser: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        screenshot: { type: 'string' },
      },
    }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error('Usage: npm start -- [--browser] [--port N] [--screenshot DIR]');
    process.exit(2);
  }
}

function build() {
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    throw new Error('The build failed: see the messages above.');
  }
}

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

/** A desktop VS Code: the installed one, or what @vscode/test-electron downloads; null where there is neither. */
async function findDesktop() {
  if (!hasDisplay) {
    return null;
  }
  if (spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0) {
    return 'code';
  }
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  try {
    await fetch('https://update.code.visualstudio.com/api/releases/stable', { signal: AbortSignal.timeout(5000) });
    return await downloadAndUnzipVSCode();
  } catch (error) {
    console.error(`No desktop VS Code: there is no \`code\` on the PATH, and the download failed (${String(error)}).`);
    return null;
  }
}

/** @param {string} executable */
function openDesktop(executable) {
  const model = path.join(demo, 'efficientnet-lite0.onnx');
  const args = [`--extensionDevelopmentPath=${root}`, demo, model];
  const shell = process.platform === 'win32';
  const quoted = shell ? args.map((arg) => `"${arg}"`) : args;
  spawn(shell ? `"${executable}"` : executable, quoted, { stdio: 'inherit', shell });
}

/** Serves VS Code to the browser until interrupted. @param {number} port */
async function serve(port) {
  await installBrowserHost();
  const { startServer } = await import('../test/host/server.mjs');
  const connectionToken = randomBytes(16).toString('hex');
  const server = await startServer({ driver: false, install: [root], port, connectionToken });
  console.log(`\nVS Code with Headlight and the demo workspace:\n\n  ${server.url(demo)}\n`);
  console.log('Right-click efficientnet-lite0.onnx and choose Inspect Model. Ctrl+C ends it.');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  }
  void server.exited.then((reason) => console.error(reason));
}

const { browser, port, screenshot } = readArguments();
installPackages();
build();
if (screenshot !== undefined) {
  await installBrowserHost();
  const { saveScreenshots } = await import('./screenshots.mjs');
  await saveScreenshots(path.resolve(screenshot));
} else {
  const desktop = browser ? null : await findDesktop();
  if (desktop !== null) {
    openDesktop(desktop);
  } else {
    await serve(Number(port));
  }
}
