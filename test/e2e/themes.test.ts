import { copyFileSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { themes } from '../host/workbench.mjs';
import { openWorkbench } from './workbench/openWorkbench';

describe('themes', () => {
  const opened = openWorkbench((workspace) => {
    copyFileSync(path.join(root, 'test/fixtures/bodies/model.onnx'), path.join(workspace, 'bodies.onnx'));
    copyFileSync(path.join(root, 'test/fixtures/notes/model.onnx'), path.join(workspace, 'notes.onnx'));
  });
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
      for (const view of ['Graph', 'Summary', 'Head', 'CAM', 'Images']) {
        await model().getByRole('tab', { name: view }).click();
        await model().getByRole('tab', { name: view, selected: true }).waitFor();
        expect(await findViolations(), view).toEqual([]);
        await opened.picture(`${view} ${kind}`);
      }
    });
  }

  it('keep what exporters wrote into the file readable', async () => {
    await opened.workbench.inspect('notes.onnx');
    const search = model().getByRole('searchbox', { name: /^Find layers/ });
    const properties = model().getByRole('complementary', { name: 'Properties' });
    await search.fill('node_conv2d');
    await search.press('Enter');
    await properties.getByText('train.py, line 12, in forward (2 calls)').click();
    await properties.locator('.tensor', { hasText: 'stem.weight' }).getByText('Metadata (3)').click();
    await properties.getByText('the kernels').waitFor();
    for (const kind of Object.keys(themes) as (keyof typeof themes)[]) {
      await opened.workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
      expect(await findViolations()).toEqual([]);
      await opened.picture(`notes ${kind}`);
    }
  });

  it('keep what branches and functions run inside readable', async () => {
    await opened.workbench.inspect('bodies.onnx');
    const search = model().getByRole('searchbox', { name: /^Find layers/ });
    const properties = model().getByRole('complementary', { name: 'Properties' });
    for (const kind of Object.keys(themes) as (keyof typeof themes)[]) {
      await opened.workbench.setTheme(kind);
      await model().locator(`body.${kind}`).waitFor();
      for (const name of ['block', 'choose']) {
        await search.fill(name);
        await search.press('Enter');
        const fold = properties.locator('details details').first();
        await fold.locator('summary').click();
        await fold.getByText(/^(Sigmoid|ReduceMean)$/).waitFor();
        expect(await findViolations(), name).toEqual([]);
        await opened.picture(`${name} ${kind}`);
      }
      await properties.locator('details details').getByRole('button', { name: 'Show as Graph' }).click();
      await model().getByText('runs 5 times', { exact: true }).waitFor();
      expect(await findViolations(), 'a body as a graph').toEqual([]);
      await opened.picture(`body ${kind}`);
      await model().getByRole('button', { name: 'bodies.onnx' }).click();
      await model().getByText('runs 5 times', { exact: true }).waitFor({ state: 'detached' });
    }
    await expect
      .poll(() => properties.locator('.properties-section').first().textContent())
      .toMatch(/features.*from outside/s);
  });

  /** What axe-core finds against WCAG 2.1, levels A and AA: contrast, names, roles, keyboard. */
  async function findViolations(): Promise<string[]> {
    const page = await (await model().locator('body').elementHandle())?.ownerFrame();
    await page?.evaluate(axe.source);
    const found = await page?.evaluate(async () =>
      (window as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
        // An experimental rule: figures say more to screen readers than they show.
        rules: { 'label-content-name-mismatch': { enabled: false } },
      }),
    );
    return (found?.violations ?? []).flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    );
  }
});
