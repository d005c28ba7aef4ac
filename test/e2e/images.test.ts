import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

const visualize = 'Visualize Class Activation Maps…';

describe('images', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  beforeEach(() => opened.workbench.closeEditors());

  it('lead to their maps from their own context menu, where the model is asked for', async () => {
    await opened.workbench.chooseFromMenu('shapes/images/03_cross.png', visualize);
    await opened.workbench.pick('shapes_gap.onnx');
    await model()
      .getByRole('option', { name: /^03_cross\.png: cross/ })
      .waitFor();
  });

  it('are explained several at a time', async () => {
    await opened.workbench.chooseFromMenu('shapes/shapes_fc.onnx', 'Inspect Model');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add images…' }).click();
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
    await opened.workbench.chooseFromMenu('shapes/shapes_mlp.onnx', 'Inspect Model');
    await model().getByRole('tab', { name: 'Graph' }).waitFor();
    await opened.workbench.runCommand('Headlight: Visualize Class Activation Maps');
    await opened.workbench.tick('09_star.png');
    await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await model().getByText('Adds up').waitFor();
  });

  it('give their map as numbers for NumPy', async () => {
    await opened.workbench.chooseFromMenu('shapes/images/02_triangle.png', visualize);
    await opened.workbench.pick('shapes_gap.onnx');
    await model().getByRole('button', { name: 'Save .npy' }).click();
    const { page } = opened.workbench;
    // The dialog has listed the folder when it shows where it is.
    await page.locator('.quick-input-list').getByText('shapes_gap.headlight.json').waitFor();
    await page.locator('.quick-input-widget input:focus').press('Enter');
    const saved = model().getByText(/^Saved .*\.npy$/);
    await saved.waitFor();
    const bytes = readFileSync(((await saved.textContent()) ?? '').replace('Saved ', ''));
    expect(bytes.subarray(1, 6).toString()).toBe('NUMPY');
    expect(bytes.toString('latin1')).toMatch(/'<f4'.*'shape': \(8, 8\)/);
  });
});
