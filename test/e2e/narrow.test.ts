import { describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';
import { standing } from './workbench/standing';

// Beside the Explorer in a window of half a screen.
const WIDTH = 345;

describe('a narrow editor', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  const box = async (selector: string) => (await model().locator(selector).boundingBox())!;

  it('shows all tabs and, in every view, nothing wider than itself', async () => {
    const { workbench } = opened;
    await workbench.chooseFromMenu('shapes/images/00_circle.png', 'Visualize Class Activation Maps…');
    await workbench.pick('shapes_gap.onnx');
    await model().getByText('Adds up').waitFor();
    const width = () =>
      model()
        .locator('body')
        .evaluate(() => window.innerWidth);
    const findOutside = () =>
      model()
        .locator('body')
        .evaluate(() => {
          const panel = document.querySelector('#panel > *')!;
          const right = (element: Element) => element.getBoundingClientRect().right;
          const parts = [panel, ...document.querySelectorAll('[role=tab]')];
          const beyond = parts
            .filter((part) => right(part) > window.innerWidth)
            .map((part) => part.id || part.className);
          return panel.scrollWidth > panel.clientWidth ? [...beyond, `${panel.className} scrolls sideways`] : beyond;
        });
    const size = workbench.page.viewportSize()!;
    await workbench.page.setViewportSize({ width: size.width + WIDTH - (await width()), height: size.height });
    await expect.poll(width).toBe(WIDTH);
    for (const view of ['Graph', 'Summary', 'Head', 'CAM', 'Images']) {
      await model().getByRole('tab', { name: view }).click();
      await model().getByRole('tab', { name: view, selected: true }).waitFor();
      await expect.poll(findOutside, { message: view }).toEqual([]);
      await opened.picture(`narrow ${view}`);
    }
  });

  it('shows the properties of a layer below the graph, and the layer above them', async () => {
    await model().getByRole('tab', { name: 'Graph' }).click();
    await model().getByRole('button', { name: 'Head', exact: true }).click();
    await model().getByRole('button', { name: /^Gemm/ }).click();
    await model().locator('.box.selected').waitFor();
    await expect
      .poll(async () => {
        const [properties, stage, layer] = [
          await box('.properties'),
          await box('.graph-stage'),
          await box('.box.selected'),
        ];
        return {
          isAsWide: properties.width === stage.width,
          isLow: properties.height < stage.height / 2,
          isBelow: layer.y + layer.height <= properties.y,
        };
      })
      .toEqual({ isAsWide: true, isLow: true, isBelow: true });
    await opened.picture('narrow properties');
  });

  it('keeps the selected layer in view when it gets wider and narrower', async () => {
    const { page } = opened.workbench;
    for (const width of [1440, 1060]) {
      await page.setViewportSize({ width, height: 900 });
      await expect
        .poll(async () => {
          const [layer, properties] = [await box('.box.selected'), await box('.properties')];
          return layer.x > 0 && layer.x + layer.width <= properties.x;
        })
        .toBe(true);
    }
    await opened.picture('narrow again');
  });

  it('shows what was in the middle in the middle when it comes back with another width', async () => {
    const { workbench } = opened;
    const { page } = workbench;
    const tab = page.getByRole('tab', { name: /^shapes_gap/ });
    await tab.dblclick(); // keeps it open
    await model()
      .getByRole('application', { name: /^Layer graph/ })
      .press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
    /** Of a box from the middle of the graph. */
    const offset = async () => {
      const [layer, stage] = [await box('.box >> nth=0'), await box('.graph-stage')];
      return Math.round(layer.x + layer.width / 2 - stage.x - stage.width / 2);
    };
    await expect.poll(async () => (await box('.graph-stage')).width).toBeGreaterThan(1000);
    // After which what is seen has been saved.
    const before = await standing(model().locator('body'), offset);
    await (await workbench.file('README.md')).dblclick();
    await page.getByRole('tab', { name: 'README.md' }).waitFor();
    await page.setViewportSize({ width: 1000, height: 900 });
    await tab.click();
    await expect.poll(async () => (await box('.graph-stage')).width).toBeLessThan(800);
    await expect.poll(offset).toBe(before);
    await opened.picture('back and narrower');
  });
});
