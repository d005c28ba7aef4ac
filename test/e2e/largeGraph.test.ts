import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateModel } from '../models/generateModel';
import { openWorkbench } from './workbench/openWorkbench';
import { pressInTurn } from './workbench/pressInTurn';

const NODES = 20_000;

describe('the graph of 20 000 nodes', () => {
  const opened = openWorkbench((workspace) => {
    generateModel(path.join(workspace, 'large.onnx'), { nodes: NODES });
  });
  const model = () => opened.workbench.model;
  const boxes = () => model().locator('.graph-view g.box');
  const outline = () => opened.workbench.page.getByRole('tree', { name: 'Model Outline' });

  it('opens with blocks that can be read', async () => {
    const { workbench } = opened;
    await workbench.inspect('large.onnx');
    await boxes().first().waitFor();
    expect(await boxes().count()).toBeLessThan(100);
    await model().locator('.box-block', { hasText: /×\d+/ }).first().waitFor();
    await opened.picture('graph of 20 000 nodes');
  });

  it('finds layers by attribute and shape, and goes to them through the blocks around', async () => {
    const search = model().getByRole('searchbox');
    await search.fill('stem kernel_shape=3');
    await model().getByText('1 found').waitFor();
    await search.fill('conv kernel_shape=3 56x56');
    const count = model().locator('.graph-search-count');
    await expect.poll(() => count.textContent()).toMatch(/^\d{3,} found$/);
    await search.press('Enter');
    await expect.poll(() => count.textContent()).toMatch(/^1 of \d{3,}$/);
    await model().getByRole('heading', { name: 'Conv', level: 2 }).waitFor();
    await model().locator('.box.selected.match').waitFor();
    await search.press('Escape');
  });

  it('opens a block among the others, and alone with a way back', async () => {
    await model().getByTitle('Fold all blocks').click();
    await model().locator('.graph-view .frame').waitFor({ state: 'detached' });
    await boxes().and(model().locator('.box-block')).first().dispatchEvent('click');
    await model().locator('.frame .enter').first().click();
    const path = model().getByRole('navigation', { name: 'Blocks around what is shown' });
    await path.getByRole('button', { name: 'large.onnx' }).click();
    await path.waitFor({ state: 'detached' });
  });

  it('is listed in the outline, which leads to the graph and follows it', async () => {
    const { page } = opened.workbench;
    const header = page.locator('.pane-header', { hasText: 'Model Outline' });
    if ((await header.getAttribute('aria-expanded')) === 'false') {
      await header.click();
    }
    // What is selected since the search is revealed, with the blocks around it opened.
    const name = model().locator('.properties-name');
    const row = outline().locator('.monaco-list-row.selected');
    const first = (await name.textContent()) ?? '';
    await expect.poll(() => row.textContent()).toContain(first);
    await model().locator('.graph-stage').press('ArrowDown'); // from the folded block around it
    await expect.poll(() => name.textContent()).not.toBe(first);
    await expect.poll(() => row.textContent()).not.toContain(first);
    // The one before it, by keyboard: few rows are in view.
    const second = (await row.textContent()) ?? '';
    await row.click();
    await outline().press('ArrowUp');
    await outline().press('Enter');
    await expect.poll(() => row.textContent()).not.toBe(second);
    const chosen = model().locator('.box.selected, .frame.selected');
    const follows = async () => {
      const [label, name] = [await chosen.getAttribute('aria-label'), await row.getAttribute('aria-label')];
      return label !== null && name !== null && label.includes(toLabel(name));
    };
    await expect.poll(follows).toBe(true);
    await opened.picture('outline of 20 000 nodes');
  });

  it('unfolds everything bit by bit, and can be stopped', async () => {
    const far = model().locator('canvas.graph-far');
    // Stopped as soon as that is offered, little is open; going on opens the next portion.
    while (!(await far.isVisible())) {
      await pressInTurn(model().locator('.graph-view'), 'Unfold everything', 'Stop unfolding (Escape)');
      await model().getByRole('button', { name: 'Unfold everything' }).waitFor();
      await model().getByRole('button', { name: 'Fit to window (Home)' }).click();
    }
    await opened.picture('20 000 nodes unfolded');
    await model().getByRole('button', { name: 'Fold all blocks' }).click();
    await model().locator('.box-block').first().waitFor();
  });

  it('is exported as an SVG that stands alone', async () => {
    const { workspace } = opened.workbench;
    await model().getByLabel('Export the picture').selectOption('whole svg');
    await opened.workbench.acceptPath();
    const file = path.join(workspace, 'large-graph.svg');
    await expect.poll(() => readOrEmpty(file)).toContain('</svg>');
    const svg = readOrEmpty(file);
    expect(svg).toContain('<style');
    expect(svg).toContain('×');
    expect(svg).not.toContain('var(--');
  });
});

/** `layer1.0 9 layers` of the outline is `layer1.0` in the graph. */
function toLabel(row: string): string {
  return row.split(' ')[0];
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not there yet
  }
}
