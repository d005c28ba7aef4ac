import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, inject, onTestFailed } from 'vitest';
import { root } from '../../../scripts/setup.mjs';
import { Workbench } from '../../host/workbench.mjs';

const pictures = path.join(root, '.vscode-test/shots');

export interface OpenedWorkbench {
  /** Defined from `beforeAll` on. */
  readonly workbench: Workbench;
  /** Saves what is on the screen, to look at after the run. */
  picture(name: string): Promise<void>;
}

/**
 * A workbench for the tests of one file, on a copy of the demo workspace that they may change.
 * `populate` adds to the copy before it is opened. A picture is saved of every test that fails.
 */
export function openWorkbench(populate: (workspace: string) => void = () => undefined): OpenedWorkbench {
  let context: BrowserContext;
  let workbench: Workbench;
  const workspace = mkdtempSync(path.join(tmpdir(), 'headlight-e2e-'));

  const picture = async (name: string) => {
    await workbench.page.screenshot({ path: path.join(pictures, `${name}.png`), animations: 'disabled' });
  };

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    cpSync(path.join(root, 'media/demo'), workspace, { recursive: true });
    populate(workspace);
    const browser = await chromium.connect(inject('browserEndpoint'));
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    context.setDefaultTimeout(60_000); // says that something hangs, not that a machine is busy
    workbench = new Workbench(await context.newPage(), workspace);
    const address = new URL(inject('workbenchAddress'));
    address.searchParams.delete('ew');
    address.searchParams.set('folder', workspace);
    await workbench.load(address.href);
  });
  beforeEach(({ task }) => {
    onTestFailed(() => picture(`failed ${task.name}`.replaceAll(/[^\w ]/g, '')));
  });
  afterAll(async () => {
    await context.close();
    await context.browser()?.close();
    rmSync(workspace, { recursive: true, force: true });
  });

  return {
    get workbench() {
      return workbench;
    },
    picture,
  };
}
