import { describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

// Each test goes on where the one before it ended.
describe('a folder of images', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  const cells = () => model().getByRole('listbox', { name: 'Images' }).getByRole('option');

  /** First map, second map, difference, of every image in view. */
  const expectThreePerImage = () =>
    expect
      .poll(async () => {
        const pictures = await model().locator('.gallery-three canvas').count();
        return pictures > 3 && pictures === 3 * (await cells().count());
      })
      .toBe(true);

  it('is explained from the context menu of the Explorer, on one scale, with what the model says of each', async () => {
    await opened.workbench.chooseFromMenu('shapes/images', 'Explain a Folder of Images…');
    await opened.workbench.pick('shapes_gap.onnx');
    await model().getByRole('tab', { name: 'Images', selected: true }).waitFor();
    await model()
      .getByRole('status')
      .filter({ hasText: /^10 of 10 images$/ })
      .waitFor();
    await cells()
      .filter({ hasText: /03_cross\.png/ })
      .getByText('cross', { exact: true })
      .waitFor();
    await expect.poll(() => cells().count()).toBe(10);
    await model()
      .getByRole('img', { name: /^Colour scale from .* logit/ })
      .waitFor();
    await expect.poll(() => model().locator('.gallery-cell canvas').count()).toBe(10);
    await opened.picture('gallery');
  });

  it('is sorted and filtered', async () => {
    await model().getByRole('combobox', { name: 'Sort by' }).selectOption('probability');
    await model()
      .getByRole('button', { name: /Largest first/ })
      .click();
    const isAscending = async () => {
      const shares = await cells().locator('.gallery-figure').allTextContents();
      const numbers = shares.map((text) => Number.parseFloat(text));
      return numbers.length > 1 && numbers.every((share, index) => index === 0 || share >= numbers[index - 1]);
    };
    await expect.poll(isAscending).toBe(true);
    await model().getByRole('combobox', { name: 'Class' }).selectOption('star (2)');
    await expect.poll(() => cells().count()).toBe(2);
    await model().getByRole('combobox', { name: 'Class' }).selectOption('All (10)');
  });

  it('shows where the model looks on average', async () => {
    const averages = model().getByRole('region', { name: 'Average maps' });
    await averages.getByRole('button', { name: 'Compute' }).click();
    await averages.getByText('2 images').first().waitFor();
    await expect.poll(() => averages.locator('canvas').count()).toBe(5);
    await opened.picture('gallery averages');
  });

  it('is compared with another method and another model on the same images', async () => {
    await model().getByRole('button', { name: 'Compare Methods…' }).click();
    await opened.workbench.pick('LayerCAM');
    await model()
      .getByRole('status')
      .filter({ hasText: /^10 of 10 images$/ })
      .nth(1)
      .waitFor();
    await expectThreePerImage();
    await opened.picture('gallery methods');
    await model().getByRole('button', { name: 'Compare Models…' }).click();
    await opened.workbench.pick('shapes_fc.onnx');
    await model()
      .getByText(/shapes_fc\.onnx · CAM at/)
      .waitFor();
    await expectThreePerImage();
    await opened.picture('gallery models');
  });

  it('leads to each image in the CAM view', async () => {
    // The least sure one comes first.
    await cells().filter({ hasText: '00_circle.png' }).click();
    await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await model()
      .getByRole('option', { name: /^00_circle\.png: circle/ })
      .waitFor();
  });
});
