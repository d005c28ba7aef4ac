import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { startServer } from '../host/server.mjs';
import { patientSettings, Workbench } from '../host/workbench.mjs';

// A server of its own: that of the other tests asks nobody for trust.
describe('a workspace that is not trusted', () => {
  const workspace = mkdtempSync(path.join(tmpdir(), 'headlight-trust-'));
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Browser;
  let workbench: Workbench;

  beforeAll(async () => {
    cpSync(path.join(root, 'media/demo/shapes'), workspace, { recursive: true });
    server = await startServer({
      driver: false,
      workspaceTrust: true,
      install: [process.env.HEADLIGHT_VSIX ?? root],
      settings: {
        ...patientSettings,
        'security.workspace.trust.startupPrompt': 'never',
        'security.workspace.trust.banner': 'always',
      },
    });
    browser = await chromium.connect(inject('browserEndpoint'));
    workbench = new Workbench(await browser.newPage({ viewport: { width: 1440, height: 900 } }), workspace);
    workbench.page.setDefaultTimeout(60_000);
    await workbench.load(server.url(workspace));
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    rmSync(workspace, { recursive: true, force: true });
  });

  it('shows graph and summary of a model', async () => {
    await workbench.inspect('shapes_gap.onnx');
    await workbench.model.getByRole('button', { name: 'Head', exact: true }).waitFor();
    await workbench.model.getByRole('tab', { name: 'Summary' }).click();
    await workbench.model.getByText('20,485').first().waitFor();
  });

  it('runs nothing, and says why', async () => {
    await workbench.model.getByRole('tab', { name: 'CAM' }).click();
    await workbench.model.getByRole('heading', { name: 'Running models needs a trusted workspace' }).waitFor();
    await workbench.model.getByRole('button', { name: 'Add Images…' }).waitFor({ state: 'detached' });
  });

  it('runs models as soon as it is trusted', async () => {
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await workbench.page.getByRole('button', { name: 'Trust', exact: true }).click();
    await workbench.page
      .locator('.monaco-modal-editor-block')
      .getByRole('button', { name: /^Close/ })
      .click();
    await workbench.model.getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('00_circle.png');
    await workbench.model.getByText('Adds up').waitFor();
  });
});
