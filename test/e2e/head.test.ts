import { cpSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { openWorkbench } from './workbench/openWorkbench';

describe('the Head view', () => {
  const opened = openWorkbench((workspace) => {
    for (const name of ['vit_cls', 'segmentation_nohead', 'two_outputs', 'flatten_mlp_vgg']) {
      cpSync(path.join(root, `test/fixtures/heads/${name}/model.onnx`), path.join(workspace, `${name}.onnx`));
    }
  });
  const model = () => opened.workbench.model;
  const theory = () => model().getByRole('region', { name: 'GAP against FC' });
  const weights = () => model().getByRole('region', { name: 'Weights' });
  const open = async (file: string) => {
    await opened.workbench.inspect(file);
    await model().getByRole('tab', { name: 'Head' }).click();
  };

  it('shows both heads at the user’s own sizes, and at those of the example with one click', async () => {
    await open('efficientnet-lite0.onnx');
    await theory()
      .getByRole('button', { name: /^Parameters, GAP: 1\.28 M/ })
      .waitFor();
    await theory()
      .getByRole('button', { name: /^Parameters, FC: 62\.7 M/ })
      .waitFor();
    await opened.picture('head theory');
    await theory().getByRole('button', { name: 'Example' }).click();
    await theory().getByText('195.24 times').waitFor();
    await theory().getByLabel('K classes').fill('10');
    await theory().getByLabel('K classes').press('Enter');
    await theory()
      .getByRole('button', { name: /^Parameters, GAP: 2,570,/ })
      .waitFor();
    await theory().getByRole('button', { name: 'Your Model’s Sizes' }).click();
    await theory()
      .getByRole('button', { name: /^Parameters, GAP: 1\.28 M/ })
      .waitFor();
  });

  it('runs both heads by themselves on this machine', async () => {
    await theory().getByRole('button', { name: 'Measure Both Heads' }).click();
    await theory()
      .getByRole('button', { name: /^Measured time, GAP: .* ms, measured/ })
      .waitFor();
    await theory()
      .getByRole('button', { name: /^Measured time, FC: .* ms, measured/ })
      .waitFor();
    await theory()
      .getByRole('button', { name: /^Roofline time, FC: / })
      .waitFor();
    await theory().locator('.head-charts').scrollIntoViewIfNeeded();
    await opened.picture('head measured');
  });

  it('reads the weights, draws them as a matrix and finds similar classes', async () => {
    await weights().getByRole('button', { name: 'Read the Weights' }).click();
    const matrix = weights().locator('.matrix-canvas');
    await matrix.waitFor();
    await weights()
      .getByRole('button', { name: /^Largest singular value: 7\.70/ })
      .waitFor();
    await matrix.scrollIntoViewIfNeeded();
    await matrix.hover({ position: { x: 200, y: 100 } });
    await weights()
      .getByText(/^\d+ .*, channel \d+: [+−]\d/)
      .waitFor();
    const countColors = () =>
      matrix.evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    await expect.poll(countColors).toBeGreaterThan(50);
    await opened.picture('head matrix');
    await matrix.press('+');
    await matrix.press('+');
    await weights()
      .getByText(/^444 of 1,000 rows/)
      .waitFor();
    const search = weights().getByRole('combobox', { name: 'Look at one' });
    await search.fill('tabby');
    await search.press('Enter');
    await weights().getByRole('heading', { name: 'Most similar (cosine)' }).waitFor();
    await weights().getByRole('button', { name: /^282 / }).first().waitFor();
    await search.scrollIntoViewIfNeeded();
    await opened.picture('head similar classes');
    await theory()
      .getByRole('button', { name: /^Gain ℓ2 → ℓ2 of the whole head, your weights, GAP: 1\.1/ })
      .waitFor();
  });

  it('shows how close a fully connected head is to a pooled one', async () => {
    await open('shapes/shapes_fc.onnx');
    await weights().getByRole('button', { name: 'Read the Weights' }).click();
    await weights()
      .getByRole('button', { name: /^Energy uniform over positions: 3\.3 %/ })
      .waitFor();
    const search = weights().getByRole('combobox', { name: 'Look at one' });
    await search.fill('circle');
    await search.press('Enter');
    await weights()
      .getByRole('heading', { name: /circle over the 8×8 positions/ })
      .waitFor();
    await weights().locator('.pattern-list').scrollIntoViewIfNeeded();
    await opened.picture('head spatial pattern');
  });

  it('says why where there is no head, lets one choose among several, and shows each layer of a stack', async () => {
    await open('vit_cls.onnx');
    await model().getByText('reads a class token').first().waitFor();
    await theory().getByText('neither of these heads').waitFor();
    await opened.picture('head none');
    await open('segmentation_nohead.onnx');
    await model().getByText('one score per position').first().waitFor();
    await weights().getByText('There are no weights to read').waitFor();
    await open('two_outputs.onnx');
    await model().getByLabel('Head', { exact: true }).first().waitFor();
    await opened.picture('head of two');
    await open('flatten_mlp_vgg.onnx');
    await weights().getByRole('button', { name: 'Read the Weights' }).click();
    await weights().getByLabel('Layer').selectOption({ index: 0 });
    await weights().getByText('64 × 32 × 8×12').waitFor();
  });

  it('opens from the command palette', async () => {
    await model().getByRole('tab', { name: 'Graph' }).click();
    await model().getByRole('tab', { name: 'Graph', selected: true }).waitFor();
    await opened.workbench.runCommand('Headlight: Show Classification Head');
    await model().getByRole('tab', { name: 'Head', selected: true }).waitFor();
  });

  it('stays readable in every theme and in a narrow editor', async () => {
    await open('efficientnet-lite0.onnx');
    for (const kind of ['vscode-dark', 'vscode-high-contrast', 'vscode-light'] as const) {
      await opened.workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
      await opened.picture(`head ${kind}`);
    }
    await opened.workbench.page.setViewportSize({ width: 700, height: 900 });
    await expect
      .poll(() =>
        model()
          .locator('.head-view')
          .evaluate(() => window.innerWidth),
      )
      .toBeLessThan(360);
    await opened.picture('head narrow');
    const overflow = () =>
      model()
        .locator('.head-view')
        .evaluate((view) => Math.max(view.scrollWidth, view.getBoundingClientRect().right) - window.innerWidth);
    await expect.poll(overflow).toBeLessThanOrEqual(0);
  });
});
