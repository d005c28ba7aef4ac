import { cpSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { openWorkbench } from './workbench/openWorkbench';

describe('measuring', () => {
  const opened = openWorkbench((workspace) => {
    cpSync(path.join(root, 'test/fixtures/measure/nonzero.onnx'), path.join(workspace, 'nonzero.onnx'));
  });
  const model = () => opened.workbench.model;
  const roofline = () => model().getByRole('region', { name: 'Roofline' });

  it('starts from derived figures: each layer by what it costs and computes per byte', async () => {
    await opened.workbench.inspect('efficientnet-lite0.onnx');
    await model().getByRole('tab', { name: 'Summary' }).click();
    await roofline().getByText('FLOP per image (derived)').waitFor();
    await expect.poll(() => roofline().locator('circle').count()).toBe(50);
    await roofline().scrollIntoViewIfNeeded();
    await opened.picture('roofline derived');
  });

  it('times every layer on this machine, and shows the machine’s own limits', async () => {
    await roofline().getByRole('button', { name: 'Measure on This Machine' }).click();
    await roofline().getByRole('button', { name: 'Measure Again' }).waitFor();
    await roofline().getByText('FLOP per second (measured)').waitFor();
    await roofline()
      .getByText(/^measured peak /)
      .waitFor();
    await roofline().scrollIntoViewIfNeeded();
    await opened.picture('roofline measured');
    await opened.workbench.setTheme('vscode-dark');
    await model().locator('body.vscode-dark').waitFor();
    await opened.picture('roofline measured dark');
    const layers = model().getByRole('region', { name: 'Layers' });
    await layers.getByRole('button', { name: 'Time' }).click();
    await layers.getByRole('columnheader', { name: 'Time' }).and(model().locator('[aria-sort=descending]')).waitFor();
    await layers.locator('tbody tr:not(.spacer) td:last-child').first().filter({ hasText: /\d ms/ }).waitFor();
    await layers.scrollIntoViewIfNeeded();
    await opened.picture('layers measured');
  });

  it('leads from a slow layer to its place in the graph', async () => {
    await roofline().locator('.slowest .link-button').first().click();
    await model().getByRole('tab', { name: 'Graph', selected: true }).waitFor();
    await model().getByRole('complementary', { name: 'Properties' }).waitFor();
    await model().getByRole('tab', { name: 'Summary' }).click();
    // What was measured stays.
    await roofline().getByRole('button', { name: 'Measure Again' }).waitFor();
  });

  it('learns by a run the shapes that the graph does not tell, and marks them', async () => {
    await opened.workbench.inspect('nonzero.onnx');
    await model().getByRole('tab', { name: 'Summary' }).click();
    const layers = model().getByRole('region', { name: 'Layers' });
    await layers.getByRole('row', { name: /NonZero .*2×\?/ }).waitFor();
    await roofline().getByRole('button', { name: 'Measure Shapes' }).click();
    await layers.getByRole('row', { name: /NonZero .*2×10 measured/ }).waitFor();
    await roofline().getByRole('button', { name: 'Measure Shapes' }).waitFor({ state: 'detached' });
  });
});
