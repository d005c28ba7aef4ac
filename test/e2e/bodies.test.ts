import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { openWorkbench } from './workbench/openWorkbench';
import { standing } from './workbench/standing';

// Beside the Explorer in a window of half a screen.
const NARROW = 345;

describe('what layers run inside, as graphs', () => {
  const opened = openWorkbench((workspace) => {
    copyFileSync(path.join(root, 'test/fixtures/bodies/model.onnx'), path.join(workspace, 'bodies.onnx'));
  });
  const model = () => opened.workbench.model;
  const box = (name: RegExp) => model().locator('.graph-stage').getByRole('button', { name });
  const around = () => model().getByRole('navigation', { name: 'Blocks around what is shown' });
  const place = () => model().locator('.graph-canvas > g').getAttribute('transform');
  const properties = () => model().getByRole('complementary', { name: 'Properties' });

  it('open by a double click, and one in the other from the properties', async () => {
    await opened.workbench.inspect('bodies.onnx');
    await box(/^Block, block/).dblclick();
    await around().getByText('Block “block”').waitFor();
    await box(/^Conv, conv/).waitFor();
    await box(/^Body input w/).waitFor();
    await opened.picture('body of a function');

    await around().getByRole('button', { name: 'bodies.onnx' }).click();
    await around().waitFor({ state: 'detached' });
    await box(/^If, choose/).click();
    const nested = properties().locator('details details');
    await nested.locator('summary').click();
    await nested.getByRole('button', { name: 'Show as Graph' }).click();
    await around().getByText('Loop “repeat” body').waitFor();
    await around().getByText('runs 5 times', { exact: true }).waitFor();
    await box(/^Taken from outside features/).waitFor();
    await opened.picture('body in a branch');
  });

  it('show the properties of their layers, and costs of one run', async () => {
    await box(/^Add, add/).click();
    await properties().getByRole('heading', { name: 'Cost of one run' }).waitFor();
    await properties().getByText('begins as features, then from the turn before').waitFor();
    await properties().getByText('from outside', { exact: true }).waitFor();
    await opened.workbench.setTheme('vscode-dark');
    await model().locator('body.vscode-dark').waitFor();
    await opened.picture('layer in a body');
  });

  it('lead back step by step to where the user was', async () => {
    await model().locator('.graph-stage').press('Escape');
    await properties().waitFor({ state: 'hidden' });
    await model().locator('.graph-stage').press('Escape');
    await around().getByText('If “choose” else_branch').waitFor();
    await properties().waitFor();
    await model().locator('.graph-stage').press('Escape');
    await properties().waitFor({ state: 'hidden' });
    await model().locator('.graph-stage').press('Escape');
    await around().waitFor({ state: 'detached' });
    await model().locator('.box.selected', { hasText: 'choose' }).waitFor();
    await properties().getByRole('heading', { name: 'If', level: 2 }).waitFor();
  });

  it('open and are left by the keyboard', async () => {
    const before = await standing(model().locator('body'), place);
    await model().locator('.graph-stage').press('Enter');
    await box(/^Mul, Relu, mul/).click();
    // Of the tensor that the branch stores.
    await properties().getByRole('button', { name: 'Statistics' }).click();
    await properties().getByText('Standard deviation').waitFor();
    expect(await properties().locator('.statistics').textContent()).toMatch(/Minimum\s*0\.5\s*Maximum\s*0\.5/);
    await model().locator('.graph-stage').press('Escape');
    await around().getByRole('button', { name: 'else_branch' }).click();
    await box(/^Loop, repeat/).waitFor();
    await opened.picture('other branch');
    await model().locator('.graph-stage').press('Backspace');
    await around().waitFor({ state: 'detached' });
    await expect.poll(place).toBe(before);
    await model().locator('.box.selected', { hasText: 'choose' }).waitFor();
  });

  it('are exported as they are shown, and say what is not known of them', async () => {
    await box(/^Loop, loop/).dblclick();
    await box(/^Add, add/).waitFor();
    await model().getByLabel('Colour boxes by').selectOption('time');
    await model().getByText('Known of the model’s own layers only').waitFor();
    await opened.picture('colours in a body');
    await model().getByLabel('Colour boxes by').selectOption('operator');
    await model().getByLabel('Export the picture').selectOption('whole svg');
    await opened.workbench.acceptPath();
    const file = path.join(opened.workbench.workspace, 'bodies-Loop_loop_body-graph.svg');
    await expect.poll(() => (existsSync(file) ? readFileSync(file, 'utf8') : '')).toMatch(/from outside.*<\/svg>/s);
  });

  it('are left for a layer of the model that another view shows', async () => {
    await model().getByRole('tab', { name: 'Summary' }).click();
    await model()
      .getByRole('row', { name: /ReduceSum/ })
      .getByRole('button')
      .click();
    await model().locator('.box.selected', { hasText: 'ReduceSum' }).waitFor();
    await around().waitFor({ state: 'detached' });
  });

  it('are shown again when the page was left and is built anew, at half a screen too', async () => {
    const { workbench } = opened;
    await model().locator('.graph-stage').press('Escape');
    await box(/^Loop, loop/).dblclick();
    await around().getByText('Loop “loop” body').waitFor();
    await workbench.runCommand('View: Keep Editor'); // or the next one takes its place
    await workbench.inspect('shapes/shapes_gap.onnx');
    await box(/^Conv, Relu/)
      .first()
      .waitFor();
    await workbench.inspect('bodies.onnx');
    await around().getByText('Loop “loop” body').waitFor();
    await box(/^Add, add/).waitFor();

    const width = () =>
      model()
        .locator('body')
        .evaluate(() => window.innerWidth);
    const size = workbench.page.viewportSize()!;
    await workbench.page.setViewportSize({ width: size.width + NARROW - (await width()), height: size.height });
    await expect.poll(width).toBe(NARROW);
    const bar = async () => (await around().boundingBox())!;
    await expect.poll(async () => (await bar()).width).toBeLessThan(NARROW);
    await opened.picture('narrow body');
    await around().getByRole('button', { name: 'bodies.onnx' }).click();
    await around().waitFor({ state: 'detached' });
    await model().locator('.box.selected', { hasText: 'loop' }).waitFor();
  });
});
