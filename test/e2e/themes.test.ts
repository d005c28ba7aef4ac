import { describe, expect, it } from 'vitest';
import { themes } from '../host/workbench.mjs';
import { openWorkbench } from './workbench/openWorkbench';

type Rgb = readonly [red: number, green: number, blue: number];

function parseColor(color: string): Rgb {
  const [red, green, blue] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** WCAG 2.1, relative luminance. */
function computeLuminance(color: Rgb): number {
  const [red, green, blue] = color
    .map((channel) => channel / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.1, contrast ratio: 1 … 21. */
function computeContrast(one: Rgb, other: Rgb): number {
  const [low, high] = [computeLuminance(one), computeLuminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe('themes', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;

  it('are followed by an editor that is open', async () => {
    const { workbench } = opened;
    await workbench.chooseFromMenu('shapes/images/00_circle.png', 'Visualize Class Activation Maps…');
    await workbench.pick('shapes_gap.onnx');
    await model().getByText('Adds up').waitFor();
    for (const kind of Object.keys(themes) as (keyof typeof themes)[]) {
      await workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
    }
  });

  for (const kind of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`keep text readable in every view: ${kind}`, async () => {
      await opened.workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
      for (const view of ['Graph', 'Summary', 'Head', 'CAM']) {
        await model().getByRole('tab', { name: view }).click();
        await model().getByRole('tab', { name: view, selected: true }).waitFor();
        const { color, background } = await model()
          .getByRole('tabpanel')
          .evaluate((panel) => {
            const { color } = getComputedStyle(panel);
            return { color, background: getComputedStyle(document.body).backgroundColor };
          });
        expect(computeContrast(parseColor(color), parseColor(background)), view).toBeGreaterThan(4.5);
        await opened.picture(`${view} ${kind}`);
      }
    });
  }
});
