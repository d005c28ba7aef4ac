import type { TestProject } from 'vitest/node';
import { launchBrowserServer } from '../../host/browser.mjs';
import { startServer } from '../../host/server.mjs';
import { patientSettings } from '../../host/workbench.mjs';
import { root } from '../../../scripts/setup.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the workbench without a folder. */
    readonly workbenchAddress: string;
    readonly browserEndpoint: string;
    readonly serverPid: number;
  }
}

/**
 * One VS Code server and one browser for all end-to-end tests. The extension is installed, as a user has it:
 * the package that HEADLIGHT_VSIX names, else this checkout. The smoke-test driver is off, so that toasts and dialogs appear.
 */
export default async function setup(project: TestProject) {
  const [server, browser] = await Promise.all([
    startServer({
      driver: false,
      install: [process.env.HEADLIGHT_VSIX ?? root],
      settings: patientSettings,
      args: ['--reconnection-grace-time', '1'], // seconds that extension hosts outlive a closed page
    }),
    launchBrowserServer(),
  ]);
  project.provide('workbenchAddress', server.url());
  project.provide('serverPid', server.pid);
  project.provide('browserEndpoint', browser.wsEndpoint());
  return async () => {
    await browser.close();
    await server.stop();
  };
}
