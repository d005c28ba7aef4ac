import { describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

describe('two models', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;

  it('selected in the Explorer are compared: the trunk is aligned, the head differs', async () => {
    const { workbench } = opened;
    const first = await workbench.file('shapes/shapes_gap.onnx');
    const second = await workbench.file('shapes/shapes_fc.onnx');
    await workbench.page.keyboard.press('Escape'); // the folder is not one of them
    await first.click({ modifiers: ['ControlOrMeta'] });
    await second.click({ modifiers: ['ControlOrMeta'] });
    await workbench.chooseFromMenu('shapes/shapes_fc.onnx', 'Compare Models…');
    await workbench.page.getByRole('tab', { name: /shapes_(gap|fc)\.onnx ↔ shapes_(gap|fc)\.onnx/ }).waitFor();
    const layers = model().getByRole('region', { name: 'Layers side by side' });
    await layers.getByRole('button', { name: /^Changed: Gemm/ }).waitFor();
    await model()
      .getByRole('status')
      .filter({ hasText: /0 of \d+ pairs of weights are equal/ })
      .waitFor();
    await opened.picture('comparison');
  });

  it('tell in the chosen layer what differs, and by how much where it can be said', async () => {
    const layers = model().getByRole('region', { name: 'Layers side by side' });
    const details = model().getByRole('complementary', { name: 'Difference' });
    await layers.getByRole('button', { name: /^Changed: Gemm/ }).click();
    await details.getByText('float32 5×4096').waitFor();
    await layers
      .getByRole('button', { name: /^Changed: Conv/ })
      .first()
      .click();
    await details.getByText('float32 5×4096').waitFor({ state: 'detached' });
    await details
      .getByRole('button', { name: /^Measure the difference of/ })
      .first()
      .click();
    await details.getByText('max |A − B|').waitFor();
    await layers.getByRole('button', { name: /^Only in [AB] 1$/ }).click();
    await layers.getByRole('button', { name: /^Only in [AB]: GlobalAveragePool/ }).waitFor();
    await expect.poll(() => layers.locator('.aligned-row').count()).toBe(1); // drawn in the next frame
    await layers.getByRole('button', { name: /^All 13$/ }).click();
    const heads = model().getByRole('region', { name: 'Heads' });
    await heads.getByText('Flatten, then one fully connected layer').waitFor();
    await heads.scrollIntoViewIfNeeded();
    await opened.picture('comparison heads');
  });

  it('go from layer to layer with the arrow keys, by one stop of the tab order', async () => {
    const layers = model().getByRole('region', { name: 'Layers side by side' });
    await layers.locator('tbody button[tabindex="0"]').first().focus();
    await expect.poll(() => layers.locator('tbody button[tabindex="0"]').count()).toBe(1);
    await model().locator(':focus').press('Home');
    await layers.locator('tbody button').first().and(model().locator(':focus')).waitFor();
    await model().locator(':focus').press('ArrowDown');
    await layers
      .getByRole('button', { name: /^Equal: Relu \/body\/body\.2/ })
      .and(model().locator(':focus'))
      .waitFor();
    await model().locator(':focus').press('End');
    await layers
      .getByRole('button', { name: /: Gemm/ })
      .and(model().locator(':focus'))
      .waitFor();
    await model().getByRole('complementary', { name: 'Difference' }).getByText('Gemm').first().waitFor();
  });

  it('are readable in every theme', async () => {
    for (const kind of ['vscode-dark', 'vscode-high-contrast'] as const) {
      await opened.workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
      await model().getByRole('region', { name: 'Layers side by side' }).scrollIntoViewIfNeeded();
      await opened.picture(`comparison ${kind}`);
    }
  });

  it('are asked for when the command comes from the palette', async () => {
    const { workbench } = opened;
    await workbench.closeEditors();
    await workbench.runCommand('Headlight: Compare Models…');
    await workbench.pick('shapes_fc.onnx');
    await workbench.page.locator('.quick-input-widget').getByText('Compare shapes_fc.onnx with').waitFor();
    await workbench.pick('shapes_mlp.onnx');
    await workbench.page.getByRole('tab', { name: 'shapes_fc.onnx ↔ shapes_mlp.onnx' }).waitFor();
    await model()
      .getByRole('button', { name: /^Only in B: Gemm/ })
      .waitFor();
  });
});
