import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { saveEmbeddingModel } from '../unit/cam/embeddingModel';
import { openWorkbench } from './workbench/openWorkbench';

// Each test goes on where the one before it ended.
describe('models without class scores', () => {
  const opened = openWorkbench((workspace) => {
    const model = path.join(root, 'test/fixtures/heads/segmentation_nohead/model.onnx');
    cpSync(model, path.join(workspace, 'segmentation.onnx'));
    cpSync(saveEmbeddingModel(), path.join(workspace, 'embedding.onnx'));
    const preprocessing = { width: 16, height: 16 };
    writeFileSync(path.join(workspace, 'embedding.headlight.json'), JSON.stringify({ preprocessing }));
  });
  const model = () => opened.workbench.model;
  const panel = (name: string) => model().getByRole('region', { name });
  const field = (name: string, role: 'combobox' | 'spinbutton') =>
    panel('How the map is drawn').getByRole(role, { name, exact: true });
  const stage = () => model().getByRole('application', { name: /^Map of/ });
  const value = async () => (await panel('What is explained').locator('strong').textContent()) ?? '';

  it('explain the sum over a region of the output, and say why', async () => {
    await opened.workbench.inspect('segmentation.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('chelsea.png');
    await stage().waitFor();
    await panel('What is explained').getByText('"logits" has rows and columns').waitFor();
    await expect.poll(value).toMatch(/^[+−][\d.]+ units of logits$/);
    await opened.picture('target whole');
  });

  it('explain a box that is dragged over the picture', async () => {
    const before = await value();
    await stage().hover({ trial: true }); // where it stays
    const area = (await stage().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const at = (x: number, y: number) => [area.x + x * area.width, area.y + y * area.height] as const;
    const { mouse } = opened.workbench.page;
    await mouse.move(...at(0.255, 0.255));
    await mouse.down();
    await mouse.move(...at(0.5, 0.5));
    await mouse.move(...at(0.745, 0.745));
    await mouse.up();
    await panel('What is explained')
      .getByText(/over 48×32 cells from column 24, row 16/)
      .waitFor();
    await expect.poll(() => field('Left', 'spinbutton').inputValue()).toBe('24');
    await expect.poll(() => field('Height', 'spinbutton').inputValue()).toBe('32');
    await expect.poll(value).toMatch(/^[+−][\d.]+ units of logits$/);
    await expect.poll(value).not.toBe(before);
    await opened.picture('target box light');
    await opened.workbench.setTheme('vscode-dark');
    await opened.picture('target box dark');
  });

  it('explain what is written as on the command line, and tell what is wrong with it', async () => {
    const how = panel('How the map is drawn');
    await how.getByText('As text').click();
    const line = how.getByRole('textbox', { name: /^Target, as for/ });
    await expect.poll(() => line.inputValue()).toBe('box:logits,0,24,16,48,32');
    await line.fill('box:logits,3,0,0');
    await line.press('Enter');
    await how.getByText(/^The target is "box:logits,3,0,0", but it is one of:/).waitFor();
    await opened.picture('target text dark');
    await line.fill('output:logits[0,3,10,:]');
    await line.press('Enter');
    await panel('What is explained').getByText('the sum of logits[0, 3, 10, :]').waitFor();
    await expect.poll(() => field('Index 2, 0 to 63', 'spinbutton').inputValue()).toBe('10');
    await expect.poll(value).toMatch(/units of logits$/);
  });

  it('are compared by the direction of their embeddings', async () => {
    await opened.workbench.closeEditors();
    await opened.workbench.inspect('embedding.onnx');
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('chelsea.png', 'coffee.png');
    await panel('What is explained').getByText('The first element of').waitFor();
    await field('Target', 'combobox').selectOption('similarity');
    await panel('What is explained').getByText('the cosine similarity of').waitFor();
    await expect.poll(value).toMatch(/^[+−]?[01]\.\d+ cosine$/);
    await opened.picture('target similarity dark');
  });
});
