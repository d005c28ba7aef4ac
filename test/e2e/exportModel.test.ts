import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findMethod } from '../../src/cam/methods';
import { createExplainer } from '../../src/explain/explainer';
import { prepareInput } from '../../src/explain/prepareInput';
import { explainLayer } from '../../src/explainLayer';
import { readPreprocessing } from '../../src/image/modelSettings';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { root } from '../../scripts/setup.mjs';
import { loadModel } from '../unit/gradient/runModel';
import { openWorkbench } from './workbench/openWorkbench';

const original = path.join(root, 'media/demo/shapes/shapes_gap.onnx');
const picture = path.join(root, 'media/demo/shapes/images/02_triangle.png');

// Each test goes on where the one before it ended.
describe('an explained model is exported', () => {
  const opened = openWorkbench((workspace) => {
    // As VS Code comes: what loses the focus is dismissed.
    const settings = path.join(workspace, '.vscode/settings.json');
    mkdirSync(path.dirname(settings), { recursive: true });
    writeFileSync(settings, JSON.stringify({ 'workbench.quickOpen.closeOnFocusLost': true }));
  });
  const client = new InferenceClient(path.join(root, 'dist/inference.js'));
  afterAll(() => client.dispose());
  const quickInput = () => opened.workbench.page.locator('.quick-input-widget');
  const rows = () => quickInput().locator('.monaco-list-row');
  const saved = () => path.join(opened.workbench.workspace, 'shapes/explained.onnx');

  /** Waits for the list with this title, of which several follow each other, and for its first row, which Enter takes. */
  const takeFirst = async (title: string, ...texts: readonly string[]) => {
    await quickInput().locator('.quick-input-title', { hasText: title }).waitFor();
    const first = texts.reduce((row, hasText) => row.filter({ hasText }), rows().first());
    await first.and(opened.workbench.page.locator('.focused')).waitFor();
    await opened.picture(title.replace(':', ''));
    await opened.workbench.confirm();
  };

  it('by the method of the head where nothing else was chosen, or by another one of one run', async () => {
    const { workbench } = opened;
    await workbench.chooseFromMenu('shapes/images/02_triangle.png', 'Visualize Class Activation Maps');
    await workbench.pick('shapes_gap.onnx');
    await workbench.model.getByRole('application', { name: /^Map of/ }).waitFor();
    await workbench.runCommand('Headlight: Export Explained Model');

    await quickInput().locator('.quick-input-title', { hasText: 'Explained model: method' }).waitFor();
    const label = (index: number) => rows().nth(index).getAttribute('aria-label');
    await expect.poll(() => label(0)).toMatch(/^CAM, cam \(default\), /);
    await expect.poll(() => label(1)).toMatch(/^Grad-CAM, gradcam, .*One backward pass/);
    await opened.picture('export method');
    // Methods of many runs are not offered.
    await quickInput().locator('input[type="text"]').fill('Score-CAM');
    await rows().filter({ hasText: 'gradcam' }).first().waitFor({ state: 'detached' });
    expect(await rows().filter({ hasText: 'scorecam' }).count()).toBe(0);
    await workbench.dismiss();
  });

  /** The page takes the focus late that VS Code gives it: what was asked in the meantime must not be dismissed. */
  const keepPageBusy = () =>
    opened.workbench.model.locator('body').evaluate(
      (_, [busy, period]) => {
        setInterval(() => {
          const start = performance.now();
          while (performance.now() - start < busy);
        }, period);
      },
      [150, 170],
    );

  it('as the CAM view shows it, by pressing Enter: its method, its layer, its class', async () => {
    const { workbench } = opened;
    const panel = workbench.model.getByRole('region', { name: 'How the map is drawn' });
    await panel.getByRole('combobox', { name: 'Method' }).selectOption('layercam');
    await panel.getByRole('combobox', { name: 'Layer' }).selectOption('/body/body.9/Relu_output_0');
    await panel.getByText('LayerCAM at "/body/body.9/Relu_output_0"').waitFor();
    await workbench.model.getByRole('application', { name: /^Map of triangle/ }).waitFor();
    await workbench.model
      .getByRole('group', { name: 'Most likely classes' })
      .getByRole('button')
      .filter({ hasNotText: 'triangle' })
      .first()
      .click();
    await workbench.model.getByRole('application', { name: /^Map of (?!triangle)/ }).waitFor();
    await keepPageBusy();
    await workbench.runCommand('Headlight: Export Explained Model');
    await takeFirst('Explained model: method', 'LayerCAM', 'layercam (in the CAM view)');
    await rows().filter({ hasText: '64×8×8 (default)' }).waitFor();
    await takeFirst('Explained model: layer', '/body/body.9/Relu_output_0', '(in the CAM view)');
    const reached = 'top5 (reaches the class in the CAM view)';
    await takeFirst('Explained model: classes', 'The 5 most likely classes', reached);
  });

  it('to a file of one’s choice, and says how it compares with the original', async () => {
    const { workbench } = opened;
    await workbench.enterPath(saved());
    await workbench.confirm();
    const message = workbench.notification.filter({ hasText: 'Saved explained.onnx' });
    await message.hover(); // under the pointer it stays
    const text = ((await message.locator('.notification-list-item-message').textContent()) ?? '').trim();
    const pattern =
      /^Saved explained\.onnx: (\d+) kB more than the original, ([\d.]+) times its running time\. Largest relative difference of outputs: (\S+), of maps: (\S+)\.$/;
    expect(text).toMatch(pattern);
    const [size, slowdown, outputs, maps] = (pattern.exec(text) ?? []).slice(1).map(Number);
    expect(Math.abs(size - (readFileSync(saved()).length - readFileSync(original).length) / 1000)).toBeLessThan(1);
    expect(slowdown).toBeGreaterThan(0.5);
    expect(outputs).toBeLessThan(1e-5);
    expect(maps).toBeLessThan(1e-4);
    expect(existsSync(`${saved()}.part`)).toBe(false);
    await opened.picture('export message');
  });

  it('opens like any model, with the maps among its outputs', async () => {
    const { workbench } = opened;
    await workbench.notification.getByRole('button', { name: 'Inspect Model' }).click();
    await workbench.page.getByRole('tab', { name: /^explained\.onnx/ }).waitFor();
    await workbench.model.getByText('explained.onnx', { exact: true }).first().waitFor();
    await workbench.model.getByRole('tab', { name: 'Summary' }).click();
    await workbench.model.getByText('headlight/maps', { exact: true }).first().waitFor();
    await opened.picture('export opened');
  });

  it('with the maps that the editor draws, and what the original gives', async () => {
    const analysis = await analyzeModel(original);
    const boundInputs = analysis.inferred.boundInputs;
    const { preprocessing } = await readPreprocessing({ model: analysis.model, boundInputs, classes: 5 }, {});
    const { tensor } = await prepareInput(client, picture, preprocessing, undefined);
    const method = findMethod('layercam');
    if (method.kind === 'exact') {
      throw new Error('LayerCAM is a method for any layer');
    }
    const choice = { method, layer: '/body/body.9/Relu_output_0', topCount: 5, classes: [], contrast: null };
    const explained = await explainLayer(
      createExplainer(analysis, client),
      { id: picture, path: picture },
      { ...choice, preprocessing },
    );
    const run = await loadModel(readFileSync(saved()));
    const [{ name }] = analysis.model.graph.inputs;
    const feeds = { [name]: { dims: tensor.shape, data: tensor.data } };
    const results = await run(feeds);
    expect((await run.shapes(feeds))['headlight/maps']).toEqual([1, 5, explained.height, explained.width]);
    expect([...results['headlight/map_classes']]).toEqual(explained.top);
    const wanted = explained.maps.flatMap(({ map }) => [...map]);
    const largest = Math.max(...wanted.map(Math.abs));
    expect(largest).toBeGreaterThan(0.01);
    wanted.forEach((value, cell) =>
      expect(Math.abs(results['headlight/maps'][cell] - value)).toBeLessThan(1e-5 * largest),
    );
    explained.logits.forEach((logit, index) => expect(results['headlight/logits'][index]).toBeCloseTo(logit, 4));
    expect([...results[analysis.model.graph.outputs[0].name]]).toHaveLength(5);
  });

  it('not at all when a list is dismissed', async () => {
    const { workbench } = opened;
    await workbench.runCommand('Headlight: Export Explained Model');
    await quickInput().locator('.quick-input-title', { hasText: 'Explained model: method' }).waitFor();
    await workbench.dismiss();
    await workbench.page.getByRole('tab', { name: /^explained\.onnx/ }).waitFor();
    expect(await workbench.notification.filter({ hasText: /error|fail/i }).count()).toBe(0);
  });
});
