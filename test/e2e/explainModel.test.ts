import { describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

// The main job, step by step as a person does it: each test goes on where the one before it ended.
describe('EfficientNet-Lite0', () => {
  const opened = openWorkbench();
  const model = () => opened.workbench.model;
  const panel = (name: string) => model().getByRole('region', { name });

  it('opens from the context menu of the Explorer and shows its layer graph', async () => {
    await opened.workbench.inspect('efficientnet-lite0.onnx');
    await model().getByRole('tab', { name: 'Graph', selected: true }).waitFor();
    await model()
      .getByRole('button', { name: /, folded, \d+ layers/ })
      .first()
      .waitFor();
    await opened.picture('graph');
  });

  it('jumps to the head, and shows a layer’s attributes, shapes and weights when it is clicked', async () => {
    await model().getByRole('button', { name: 'Head', exact: true }).click();
    await model().getByRole('button', { name: /^Gemm/ }).click();
    const properties = model().getByRole('complementary', { name: 'Properties' });
    await properties.getByText('1,281,000', { exact: true }).first().waitFor();
    await properties
      .getByText(/1000\s*×\s*1280/)
      .first()
      .waitFor();
    await opened.picture('head');
  });

  it('finds layers by operator and steps through them', async () => {
    const search = model().getByRole('searchbox', { name: /^Find layers/ });
    await search.fill('Conv');
    const count = model().getByRole('search').getByRole('status');
    await count.filter({ hasText: /^\d+ found$/ }).waitFor();
    const [, found] = /^(\d+) found$/.exec((await count.textContent()) ?? '') ?? [];
    expect(Number(found)).toBe(49);
    await search.press('Enter');
    await count.filter({ hasText: `1 of ${found}` }).waitFor();
    await search.press('Enter');
    await count.filter({ hasText: `2 of ${found}` }).waitFor();
  });

  it('follows an edge to the next layer by keyboard', async () => {
    await model()
      .getByRole('searchbox', { name: /^Find layers/ })
      .press('Escape');
    const heading = model().getByRole('complementary', { name: 'Properties' }).locator('.properties-name');
    const before = (await heading.textContent()) ?? '';
    await model()
      .getByRole('application', { name: /^Layer graph/ })
      .press('ArrowDown');
    await heading.filter({ hasNotText: before }).waitFor();
  });

  it('says what a layer sees of the image, and colours the graph by it', async () => {
    const search = model().getByRole('searchbox', { name: /^Find layers/ });
    await search.fill('Conv 1280x7x7');
    await search.press('Enter');
    const properties = model().getByRole('complementary', { name: 'Properties' });
    await properties.getByText('851 × 851 px', { exact: true }).waitFor();
    await model().getByLabel('Colour boxes by').selectOption({ label: 'Receptive field' });
    const legend = model().getByRole('region', { name: 'What the colours mean' });
    await legend.getByText('851 px', { exact: true }).waitFor();
    await opened.picture('receptive field');
    await model().getByLabel('Colour boxes by').selectOption({ label: 'Operator' });
    await search.press('Escape');
  });

  it('shows what it costs and compares its head with the other kind', async () => {
    await model().getByRole('tab', { name: 'Summary' }).click();
    await model().getByText('4.63 M').first().waitFor();
    await model().getByText('1,281,000').first().waitFor();
    await model().getByText('62,721,000').first().waitFor();
    await model().getByText('48.96').first().waitFor();
    await opened.picture('summary');
  });

  it('explains a picture of a cat picked from the workspace, with a map that adds up to the logit', async () => {
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('chelsea.png');
    await model()
      .getByRole('group', { name: 'Most likely classes' })
      .getByRole('button', { name: /cat/i })
      .first()
      .waitFor();
    await panel('What makes the logit')
      .getByText(/^\s*✓\s*Adds up/)
      .waitFor();
    await opened.picture('cam');
  });

  it('shows the map of another class at once, found by its label', async () => {
    const picker = model().getByRole('combobox', { name: 'Class' });
    await picker.click();
    await picker.fill('golden retriever');
    await model()
      .getByRole('option', { name: /golden retriever/i })
      .first()
      .waitFor();
    await picker.press('Enter');
    await model()
      .getByRole('application', { name: /^Map of .*golden retriever/i })
      .waitFor();
    await panel('What makes the logit').getByText('Adds up').waitFor();
  });

  it('shows the map of one channel when its card is chosen', async () => {
    const card = model()
      .getByRole('option', { name: /^Channel \d+: contribution/ })
      .first();
    const name = /^Channel (\d+)/.exec((await card.getAttribute('aria-label')) ?? '')?.[1] ?? '';
    await card.click();
    await model().getByText(`channel ${name}`, { exact: true }).waitFor();
    await model().getByRole('button', { name: 'Show the map of the class again' }).click();
    await model().getByText(`channel ${name}`, { exact: true }).waitFor({ state: 'detached' });
  });

  it('reads the value of a cell by keyboard', async () => {
    const stage = model().getByRole('application', { name: /^Map of/ });
    await stage.press('ArrowRight');
    await model().getByText('row 3, column 3').waitFor();
    await stage.press('ArrowUp');
    await model().getByText('row 2, column 3').waitFor();
  });

  it('draws the overlay as opaque as one chooses', async () => {
    const canvas = model()
      .getByRole('application', { name: /^Map of/ })
      .locator('canvas');
    const pixels = () => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
    const before = await pixels();
    await model().getByRole('slider', { name: 'Opacity' }).fill('0');
    await expect.poll(pixels).not.toBe(before);
  });

  it('remembers the view, the picture and the class when its tab was in the background', async () => {
    const { workbench } = opened;
    const tab = workbench.page.getByRole('tab', { name: /^efficientnet-lite0/ });
    await tab.dblclick(); // a preview would give way to the next file
    await (await workbench.file('README.md')).dblclick();
    await workbench.page.getByRole('tab', { name: 'README.md' }).waitFor();
    await tab.click();
    await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    await model()
      .getByRole('application', { name: /^Map of .*golden retriever/i })
      .waitFor();
  });
});
