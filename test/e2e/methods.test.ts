import { cpSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { openWorkbench } from './workbench/openWorkbench';

// Each test goes on where the one before it ended.
describe('maps by other methods', () => {
  const opened = openWorkbench((workspace) => {
    const model = path.join(root, 'test/fixtures/heads/mobilenetv3_conv_mlp/model.onnx');
    cpSync(model, path.join(workspace, 'hard_swish.onnx'));
  });
  const model = () => opened.workbench.model;
  const panel = (name: string) => model().getByRole('region', { name });
  const choose = (name: string) => panel('How the map is drawn').getByRole('combobox', { name });
  const stage = () => model().getByRole('application', { name: /^Map of/ });
  /** The values of the map's cells in the first row, read by keyboard. */
  const readRow = async () => {
    await stage().press('Escape');
    await stage().press('ArrowDown');
    const values: number[] = [];
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) {
      await stage().press(key);
    }
    for (let column = 0; column < 7; column++) {
      await model().getByText(`row 0, column ${column}`).waitFor();
      const text = (await model().locator('.cam-readout strong').textContent()) ?? '';
      values.push(Number(text.replace('−', '-').replace('+', '').split(' ')[0]));
      await stage().press('ArrowRight');
    }
    return values;
  };

  it('draw what CAM draws where the head averages: Grad-CAM at the last map is CAM over the number of cells', async () => {
    await opened.workbench.inspect('efficientnet-lite0.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('chelsea.png');
    await panel('What makes the logit').getByText('Adds up').waitFor();
    await panel('How the map is drawn').getByText('CAM at "hardtanh_32" is used').waitFor();
    const exact = await readRow();
    await choose('Method').selectOption('gradcam');
    await panel('How the map is drawn').getByText('Here that is the exact class activation map').waitFor();
    const drawn = await readRow();
    expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(0.5);
    drawn.forEach((value, column) => expect(value).toBeCloseTo(exact[column] / 49, 2));
    await opened.picture('gradcam');
  });

  it('go through the stages of the network, each map as it is done', async () => {
    await panel('Through the stages').getByRole('button').click();
    for (const size of ['112×112', '56×56', '28×28', '14×14', '7×7']) {
      await panel('Through the stages')
        .getByRole('button', { name: new RegExp(`^${size}: .* … `) })
        .waitFor();
    }
    await panel('Through the stages').scrollIntoViewIfNeeded();
    await opened.picture('stages');
    await panel('Through the stages')
      .getByRole('button', { name: /^28×28/ })
      .click();
    await expect.poll(() => choose('Layer').inputValue()).toBe('hardtanh_10');
    await stage().press('ArrowDown');
    await model().getByText('row 14, column 14').waitFor();
  });

  it('show several classes next to each other on one scale', async () => {
    const compare = panel('Classes side by side');
    await compare.getByRole('button', { name: 'Add the Top 5' }).click();
    await compare.getByRole('combobox', { name: 'Add one by name' }).fill('golden retriever');
    await compare.getByRole('combobox', { name: 'Add one by name' }).press('Enter');
    await compare.getByRole('button', { name: /^golden retriever: logit/i }).waitFor();
    await compare.getByText('One scale for these maps').waitFor();
    await compare.scrollIntoViewIfNeeded();
    await opened.picture('classes');
    await compare.getByRole('button', { name: 'Clear' }).click();
  });

  it('begin at a layer chosen in the graph, and say where there are none', async () => {
    await model().getByRole('tab', { name: 'Graph' }).click();
    const search = model().getByRole('searchbox', { name: /^Find layers/ });
    await search.fill('hardtanh_22');
    await search.press('Enter');
    const properties = model().getByRole('complementary', { name: 'Properties' });
    await properties.getByRole('button', { name: 'Explain at This Layer' }).waitFor();
    await opened.picture('explain at');
    await properties.getByRole('button', { name: 'Explain at This Layer' }).click();
    await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await expect.poll(() => choose('Layer').inputValue()).toBe('hardtanh_22');
    await stage().waitFor();
    await opened.workbench.setTheme('vscode-dark');
    await opened.picture('middle layer');
    await panel('Through the stages').scrollIntoViewIfNeeded();
    await opened.picture('stages dark');
    await panel('How the map is drawn')
      .getByRole('button', { name: /^Back to CAM/ })
      .click();
    await panel('What makes the logit').getByText('Adds up').waitFor();
  });

  it('take the place of the exact one where the head has none, with the reason', async () => {
    await opened.workbench.closeEditors();
    await opened.workbench.inspect('hard_swish.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('chelsea.png');
    await stage().waitFor();
    const how = panel('How the map is drawn');
    await how.getByText(/HardSwish .* stands between .* HiResCAM is used instead/).waitFor();
    await expect.poll(() => choose('Method').inputValue()).toBe('hirescam');
    await opened.picture('not exact');
  });
});
