// A headless Chromium for driving the workbench: $CHROMIUM_PATH, or the one that npm's @sparticuz/chromium carries.
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Beside the packages, not in the system's temporary folder: nobody else can put a file in its place. */
const unpacked = path.join(here, 'node_modules/.chromium');

/** Unpacks the browser, its libraries and fonts once; in a folder of another name until all of it is there. */
export async function unpackChromium() {
  if (existsSync(unpacked)) {
    return;
  }
  const partial = mkdtempSync(`${unpacked}-`);
  const systemTemporary = process.env.TMPDIR;
  process.env.TMPDIR = partial; // the package unpacks into os.tmpdir()
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    await inflate(path.join(here, 'node_modules/@sparticuz/chromium/bin/al2023.tar.br'));
    renameSync(partial, unpacked);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    if (systemTemporary === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = systemTemporary;
    }
  }
}

/** @returns {Promise<{ executablePath: string, env: Record<string, string | undefined> }>} */
async function findBrowser() {
  if (process.env.CHROMIUM_PATH) {
    return { executablePath: process.env.CHROMIUM_PATH, env: process.env };
  }
  await unpackChromium();
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, LD_LIBRARY_PATH: path.join(unpacked, 'al2023/lib') };
  if (!existsSync('/etc/fonts/fonts.conf')) {
    env.FONTCONFIG_PATH = path.join(unpacked, 'fonts'); // a machine without fonts would draw no text
  }
  return { executablePath: path.join(unpacked, 'chromium'), env };
}

const flags = [
  '--no-sandbox',
  '--disable-gpu-sandbox',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--enable-unsafe-swiftshader',
];

/** @param {string[]} further */
async function launchOptions(further = []) {
  const { executablePath, env } = await findBrowser();
  const environment = /** @type {Record<string, string>} */ (env);
  const ownSignals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return { executablePath, env: environment, headless: true, args: [...flags, ...further], ...ownSignals };
}

/** @param {string[]} [furtherFlags] */
export async function launchBrowser(furtherFlags) {
  const { chromium } = await import('playwright-core');
  return chromium.launch(await launchOptions(furtherFlags));
}

/** The same browser for several processes: each connects to its wsEndpoint(). */
export async function launchBrowserServer() {
  const { chromium } = await import('playwright-core');
  return chromium.launchServer(await launchOptions());
}
