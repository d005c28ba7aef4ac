import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

const visualize = 'Visualize Class Activation Maps…';

describe('images', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  /** A drop as the workbench hands it to the page: the addresses under VS Code's own type. */
  const drop = (addresses: readonly string[]) =>
    model()
      .getByRole('region', { name: 'Class activation maps' })
      .evaluate((element, list) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.setData('application/vnd.code.uri-list', list);
        for (const type of ['dragover', 'drop']) {
          element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }
      }, addresses.join('\r\n'));
  beforeEach(() => opened.workbench.closeEditors());

  it('lead to their maps from their own context menu, where the model is asked for', async () => {
    await opened.workbench.chooseFromMenu('shapes/images/03_cross.png', visualize);
    await opened.workbench.pick('shapes_gap.onnx');
    await model()
      .getByRole('option', { name: /^03_cross\.png: cross/ })
      .waitFor();
  });

  it('are explained several at a time', async () => {
    await opened.workbench.inspect('shapes/shapes_fc.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('00_circle.png', '01_square.png', '04_star.png');
    for (const name of ['00_circle', '01_square', '04_star']) {
      await model()
        .getByRole('option', { name: new RegExp(`^${name}\\.png: .*%`) })
        .waitFor();
    }
    await model().getByText('Adds up').waitFor();
    await opened.picture('images');
  });

  it('come with the command of the palette for the model that is open', async () => {
    await opened.workbench.inspect('shapes/shapes_mlp.onnx');
    await opened.workbench.runCommand('Headlight: Visualize Class Activation Maps');
    await opened.workbench.tick('09_star.png');
    await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await model().getByText('Adds up').waitFor();
  });

  it('are dropped on the page from the Explorer while Shift is held', async () => {
    const { workbench } = opened;
    await workbench.inspect('shapes/shapes_gap.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByText('drag images here').waitFor();
    const panel = model().getByRole('tabpanel');
    await workbench.drag('shapes/images/05_circle.png', panel, { key: 'Shift', mark: panel.locator('.cam-dropping') });
    await model()
      .getByRole('option', { name: /^05_circle\.png: .*%/ })
      .waitFor();
  });

  it('are dropped several at a time, and what is no image is named', async () => {
    await opened.workbench.inspect('shapes/shapes_gap.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    const folder = `vscode-remote://host${opened.workbench.workspace}`;
    await drop([`${folder}/README.md`]);
    await model()
      .getByRole('status')
      .getByText(/^README\.md is not an image: drop PNG/)
      .waitFor();
    await drop([
      `${folder}/shapes/images/00_circle.png`,
      `file://${opened.workbench.workspace}/shapes/images/03_cross.png`,
    ]);
    for (const name of ['00_circle', '03_cross']) {
      await model()
        .getByRole('option', { name: new RegExp(`^${name}\\.png: .*%`) })
        .waitFor();
    }
    await expect.poll(() => model().getByText('is not an image').count()).toBe(0);
  });

  it('stay off the list once taken away, also after the tab was in the background', async () => {
    const { workbench } = opened;
    await workbench.inspect('shapes/shapes_fc.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await workbench.tick('00_circle.png', '01_square.png');
    const square = model().getByRole('option', { name: /^01_square\.png/ });
    await square.click();
    await square.press('Delete');
    await square.waitFor({ state: 'detached' });
    await model().locator('[role=option]:focus', { hasText: '00_circle.png' }).waitFor();
    const tab = workbench.page.getByRole('tab', { name: /^shapes_fc/ });
    await tab.dblclick();
    await (await workbench.file('README.md')).dblclick();
    await workbench.page.getByRole('tab', { name: 'README.md' }).waitFor();
    await tab.click();
    await model()
      .getByRole('option', { name: /^00_circle\.png: .*%/ })
      .waitFor();
    await model()
      .getByRole('option', { name: /^01_square/ })
      .waitFor({ state: 'detached' });
  });

  it('give their map as numbers for NumPy', async () => {
    await opened.workbench.chooseFromMenu('shapes/images/02_triangle.png', visualize);
    await opened.workbench.pick('shapes_gap.onnx');
    await model().getByRole('button', { name: 'Save .npy' }).click();
    await opened.workbench.acceptPath();
    const saved = model().getByText(/^Saved .*\.npy$/);
    await saved.waitFor();
    const bytes = readFileSync(((await saved.textContent()) ?? '').replace('Saved ', ''));
    expect(bytes.subarray(1, 6).toString()).toBe('NUMPY');
    expect(bytes.toString('latin1')).toMatch(/'<f4'.*'shape': \(8, 8\)/);
  });
});
