import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { themes } from '../host/workbench.mjs';
import { openWorkbench } from './workbench/openWorkbench';

// Each test goes on where the one before it ended.
describe('maps judged by numbers', () => {
  const opened = openWorkbench((workspace) => {
    cpSync(path.join(root, 'test/fixtures/evaluation/masks'), path.join(workspace, 'shapes/masks'), {
      recursive: true,
    });
  });
  const page = () => opened.workbench.model;
  const setup = () => page().getByRole('region', { name: 'What is judged' });
  const maps = () => page().getByRole('region', { name: 'Maps', exact: true });
  const rows = () => maps().getByRole('row');
  const tick = (name: string) => setup().getByRole('checkbox', { name, exact: true }).check();
  const evaluate = () => setup().getByRole('button', { name: 'Evaluate' }).click();
  /** Figures of a column, from the top. */
  const readColumn = async (index: number) => {
    const texts = await maps().locator(`tbody tr:not(.spacer) td:nth-of-type(${index})`).allTextContents();
    return texts.map((text) => Number(text));
  };

  it('start from the folders beside the model, its usual method and what is quick', async () => {
    await opened.workbench.inspect('shapes/shapes_gap.onnx');
    await page().getByRole('tab', { name: 'Graph' }).waitFor();
    await opened.workbench.runCommand('Headlight: Evaluate Maps');
    await page().getByRole('heading', { name: 'Evaluate maps of shapes_gap.onnx' }).waitFor();
    await setup().getByRole('group', { name: 'Images' }).getByText('/shapes/images').waitFor();
    await setup().getByRole('group', { name: 'Masks or annotations' }).getByText('/shapes/masks').waitFor();
    await setup().getByRole('checkbox', { name: 'CAM', exact: true, checked: true }).waitFor();
    await setup().getByRole('checkbox', { name: 'Pointing game', checked: true }).waitFor();
    await setup().getByRole('checkbox', { name: 'ROAD', checked: false }).waitFor();
    await opened.picture('evaluate setup');
  });

  it('show rows while they are computed, and keep them when it is cancelled', async () => {
    await tick('Grad-CAM');
    await tick('Eigen-CAM');
    await setup().getByRole('spinbutton', { name: 'Steps' }).fill('1500');
    await setup().getByRole('spinbutton', { name: 'Steps' }).press('Enter');
    await evaluate();
    await expect.poll(() => rows().count()).toBeGreaterThan(2);
    await setup().getByRole('progressbar', { name: 'Maps judged' }).waitFor();
    await setup()
      .getByRole('status')
      .filter({ hasText: /^\d+ of 30$/ })
      .waitFor();
    await opened.picture('evaluate running');
    await setup().getByRole('button', { name: 'Cancel' }).click();
    const status = setup().getByRole('status').filter({ hasText: 'Stopped: the figures are of the' });
    await status.waitFor();
    const kept = Number(/the (\d+) map/.exec((await status.textContent()) ?? '')?.[1]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(30);
    await maps().getByText(String(kept), { exact: true }).waitFor();
  });

  it('come for every method and image, with their curves', async () => {
    await setup().getByRole('spinbutton', { name: 'Steps' }).fill('20');
    await setup().getByRole('spinbutton', { name: 'Steps' }).press('Enter');
    await evaluate();
    await setup().getByRole('status').filter({ hasText: '30 maps judged.' }).waitFor();
    const summary = page().getByRole('region', { name: 'Methods compared' });
    await expect.poll(() => summary.getByRole('rowheader').allTextContents()).toEqual(['CAM', 'Grad-CAM', 'Eigen-CAM']);
    await expect.poll(() => summary.getByRole('img', { name: /^Deletion: from / }).count()).toBe(3);
    await maps()
      .getByRole('img', { name: /^Insertion: from / })
      .first()
      .waitFor();
    await opened.picture('evaluate report');
  });

  it('are sorted by a column, and filtered by method, class and text', async () => {
    const headers = await maps().getByRole('columnheader').allTextContents();
    const energy = headers.findIndex((text) => text.includes('Energy in mask'));
    await maps().getByRole('button', { name: 'Energy in mask' }).click();
    await maps().locator('th[aria-sort=ascending]', { hasText: 'Energy in mask' }).waitFor();
    const ascending = await readColumn(energy);
    expect(ascending.length).toBeGreaterThan(10);
    expect(ascending).toEqual([...ascending].sort((one, other) => one - other));
    await maps().getByRole('button', { name: 'Energy in mask' }).click();
    await maps().locator('th[aria-sort=descending]', { hasText: 'Energy in mask' }).waitFor();
    await maps().getByRole('combobox', { name: 'Method' }).selectOption('Eigen-CAM');
    await maps().getByText('10 of 30', { exact: true }).waitFor();
    await maps().getByRole('combobox', { name: 'Class' }).selectOption('star');
    await maps().getByText('2 of 30', { exact: true }).waitFor();
    await maps().getByRole('searchbox', { name: 'Find' }).fill('09_');
    await maps().getByText('1 of 30', { exact: true }).waitFor();
    await maps().getByRole('searchbox', { name: 'Find' }).fill('');
    await maps().getByRole('combobox', { name: 'Method' }).selectOption('All');
    await maps().getByRole('combobox', { name: 'Class' }).selectOption('All');
  });

  it('are saved as a table', async () => {
    await maps().getByRole('button', { name: 'Save CSV…' }).click();
    await opened.workbench.acceptPath();
    const saved = maps().getByText(/^Saved .*shapes_gap-evaluation\.csv$/);
    await saved.waitFor();
    const file = ((await saved.textContent()) ?? '').replace('Saved ', '');
    const lines = readFileSync(file, 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(31);
    expect(lines[0]).toMatch(/^method,image,class,.*energy.*deletion/);
    expect(lines.filter((line) => line.startsWith('eigencam,'))).toHaveLength(10);
  });

  it.each([...Object.keys(themes)] as (keyof typeof themes)[])(
    'can be read in %s, and in a narrow editor',
    async (kind) => {
      const { workbench } = opened;
      await workbench.setTheme(kind);
      await page().locator(`body.${kind}`).waitFor();
      await opened.picture(`evaluate ${kind}`);
      await workbench.page.setViewportSize({ width: 760, height: 900 });
      const main = page().getByRole('main');
      await expect
        .poll(() => main.evaluate((element) => element.scrollWidth <= element.clientWidth && element.clientWidth < 700))
        .toBe(true);
      await opened.picture(`evaluate narrow ${kind}`);
      await workbench.page.setViewportSize({ width: 1440, height: 900 });
    },
  );

  it('lead to the map in the CAM view, by keyboard', async () => {
    await maps().getByRole('combobox', { name: 'Method' }).selectOption('Eigen-CAM');
    await maps().getByText('10 of 30', { exact: true }).waitFor();
    await maps().getByRole('button', { name: '03_cross.png' }).press('Enter');
    await page().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await page()
      .getByRole('option', { name: /^03_cross\.png: cross/, selected: true })
      .waitFor();
    const how = page().getByRole('region', { name: 'How the map is drawn' });
    await expect.poll(() => how.getByRole('combobox', { name: 'Method' }).inputValue()).toBe('eigencam');
    await opened.picture('evaluate map');
  });
});
