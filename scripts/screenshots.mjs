// Pictures of every view, light and dark, of the extension as it is built: for the README and for a look at a change.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from '../test/host/browser.mjs';
import { startServer } from '../test/host/server.mjs';
import { Workbench } from '../test/host/workbench.mjs';
import { root } from './setup.mjs';

/** @param {string} folder */
export async function saveScreenshots(folder) {
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(path.join(tmpdir(), 'headlight-screenshots-'));
  const workspace = path.join(temporary, 'demo');
  cpSync(path.join(root, 'media/demo'), workspace, { recursive: true });
  const server = await startServer({
    driver: false,
    install: [root],
    settings: { 'window.menuBarVisibility': 'hidden', 'files.exclude': { '**/.vscode': true } },
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const workbench = new Workbench(page, workspace);
    await workbench.load(server.url(workspace));
    await workbench.chooseFromMenu('efficientnet-lite0.onnx', 'Inspect Model');
    for (const [view, prepare] of Object.entries(views)) {
      await prepare(workbench);
      for (const theme of /** @type {const} */ (['light', 'dark'])) {
        await workbench.setTheme(`vscode-${theme}`);
        await workbench.model.locator(`body.vscode-${theme}`).waitFor();
        const file = path.join(folder, `${view}-${theme}.png`);
        await page.screenshot({ path: file, animations: 'disabled' });
        console.log(path.relative(process.cwd(), file));
      }
    }
  } finally {
    await browser.close();
    await server.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What a person does to see each view. @type {Record<string, (workbench: Workbench) => Promise<void>>} */
const views = {
  async graph({ model }) {
    await model.getByRole('tab', { name: 'Graph' }).click();
    await model
      .getByRole('button', { name: /, folded, \d+ layers/ })
      .first()
      .waitFor();
  },
  async nodes({ model }) {
    await model.getByRole('button', { name: 'Head', exact: true }).click();
    await model.getByRole('button', { name: /^Gemm/ }).click();
    await model.getByRole('complementary', { name: 'Properties' }).getByText('Attributes').waitFor();
  },
  async summary({ model }) {
    await model.getByRole('tab', { name: 'Summary' }).click();
    await model.getByText('4.63 M').first().waitFor();
  },
  async head({ model }) {
    await model.getByRole('tab', { name: 'Head' }).click();
    const theory = model.getByRole('region', { name: 'GAP against FC' });
    await theory.getByRole('button', { name: /^Parameters, FC: 62\.7 M/ }).waitFor();
    await theory.getByRole('button', { name: 'Measure Both Heads' }).click();
    await theory.getByRole('button', { name: /^Measured time, FC: .* ms, measured/ }).waitFor({ timeout: 60_000 });
  },
  async weights({ model }) {
    const weights = model.getByRole('region', { name: 'Weights' });
    await weights.getByRole('button', { name: 'Read the Weights' }).click();
    await weights.getByRole('button', { name: /^Largest singular value: / }).waitFor({ timeout: 60_000 });
    await weights.scrollIntoViewIfNeeded();
  },
  async cam(workbench) {
    const { model } = workbench;
    await model.getByRole('tab', { name: 'CAM' }).click();
    await model.getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('chelsea.png', 'coffee.png', 'rocket.jpg');
    for (const name of ['chelsea', 'coffee', 'rocket']) {
      await model.getByRole('option', { name: new RegExp(`^${name}\\..*%`) }).waitFor();
    }
    await model.getByText('Adds up').waitFor();
  },
  async stages({ model }) {
    const stages = model.getByRole('region', { name: 'Through the stages' });
    await stages.getByRole('button').click();
    for (const size of [112, 56, 28, 14, 7]) {
      await stages.getByRole('button', { name: new RegExp(`^${size}×${size}: .* … `) }).waitFor({ timeout: 60_000 });
    }
    await stages.scrollIntoViewIfNeeded();
  },
  async images(workbench) {
    const { model } = workbench;
    await workbench.chooseFromMenu('images', 'Explain a Folder of Images…');
    await workbench.pick('efficientnet-lite0.onnx');
    await model
      .getByRole('status')
      .filter({ hasText: /^5 of 5 images$/ })
      .waitFor({ timeout: 60_000 });
    await model.locator('.gallery-cell canvas').nth(4).waitFor();
  },
};
