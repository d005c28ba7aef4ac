import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { findMethod } from '../../src/cam/methods';
import { createExplainer } from '../../src/explain/explainer';
import { explainImage } from '../../src/explainImage';
import { explainLayer } from '../../src/explainLayer';
import { readPreprocessing } from '../../src/image/modelSettings';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { openWorkbench } from './workbench/openWorkbench';

/** A cell as the readout gives it: its value to four digits, or to two and a power of ten. */
interface ReadCell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

const fixture = (name: string) => path.join(root, 'test/fixtures', name);
/**
 * Graphs of the ONNX package, whose weights are constant (AlexNet, VGG-19 and ZFNet-512, of hundreds of megabytes,
 * are left to the unit tests), and small networks with random weights.
 */
const MODELS: Readonly<Record<string, string>> = {
  'densenet121.onnx': fixture('light/light_densenet121.onnx'),
  'inception1.onnx': fixture('light/light_inception_v1.onnx'),
  'inception2.onnx': fixture('light/light_inception_v2.onnx'),
  'resnet50.onnx': fixture('light/light_resnet50.onnx'),
  'shufflenet.onnx': fixture('light/light_shufflenet.onnx'),
  'squeezenet.onnx': fixture('light/light_squeezenet.onnx'),
  'small_vgg.onnx': fixture('heads/flatten_mlp_vgg/model.onnx'),
  'small_densenet.onnx': fixture('gradients/dense/model.onnx'),
  'small_mobilenet3.onnx': fixture('heads/mobilenetv3_conv_mlp/model.onnx'),
  'small_squeeze_excite.onnx': fixture('heads/se_body_gap_gemm/model.onnx'),
  'small_vit.onnx': fixture('heads/vit_cls/model.onnx'),
};

describe('networks of every architecture', () => {
  const opened = openWorkbench((workspace) => {
    Object.entries(MODELS).forEach(([name, file]) => copyFileSync(file, path.join(workspace, name)));
  });
  const model = () => opened.workbench.model;
  const panel = (name: string) => model().getByRole('region', { name });
  const choose = (name: string) => panel('How the map is drawn').getByRole('combobox', { name, exact: true });
  const stage = () => model().getByRole('application', { name: /^Map of/ });
  let client: InferenceClient | null = null;
  afterEach(() => client?.dispose());

  /** What the pipeline of the command line gives: the map of the most likely class, by `method` at `layer`. */
  async function draw(name: string) {
    client = new InferenceClient(path.join(root, 'dist/inference.js'));
    const analysis = await analyzeModel(MODELS[name]);
    const explainer = createExplainer(analysis, client);
    const boundInputs = analysis.inferred.boundInputs;
    const subject = { model: analysis.model, boundInputs, classes: analysis.heads[0].classes };
    const { preprocessing } = await readPreprocessing(subject, {});
    const file = path.join(root, 'media/demo/images/chelsea.png');
    const [image, options] = [
      { id: file, path: file },
      { classes: [], preprocessing },
    ];
    return async (id: string, layer: string | null) => {
      const method = findMethod(id);
      if (method.kind === 'exact') {
        const { maps, height, width } = await explainImage(explainer, image, options);
        return { map: maps[0].map, height, width };
      }
      const drawn = { ...options, method, layer, topCount: 1, contrast: null };
      const { maps, height, width } = await explainLayer(explainer, image, drawn);
      return { map: maps[0].map, height, width };
    };
  }

  /** By arrow keys down the map's diagonal, one cell right and one cell down in turn, until the corner holds them. */
  function readDiagonal(size: number): Promise<readonly ReadCell[]> {
    return stage().evaluate((frame, longest) => {
      const press = (key: string) => frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      const read = () => {
        const [row, column] = /row (\d+), column (\d+)/.exec(frame.parentElement?.textContent ?? '')?.slice(1) ?? [];
        const value = frame.parentElement?.querySelector('.cam-readout strong')?.textContent ?? '';
        return { row: Number(row), column: Number(column), value: Number.parseFloat(value.replaceAll('−', '-')) };
      };
      press('Escape');
      Array.from({ length: longest }, () => [press('ArrowUp'), press('ArrowLeft')]);
      const cells = [read()];
      for (let step = 0; step < 2 * longest; step++) {
        press(step % 2 === 0 ? 'ArrowRight' : 'ArrowDown');
        cells.push(read());
      }
      return cells;
    }, size);
  }

  /** Waits until the page shows a map of this size, and compares its cells. */
  async function expectShown({ map, height, width }: { map: Float32Array; height: number; width: number }) {
    const largest = map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(0);
    const differs = ({ row, column, value }: ReadCell) => {
      const wanted = map[row * width + column];
      return !(Math.abs(value - wanted) <= 0.051 * Math.abs(wanted) + 1e-4 * largest);
    };
    const shown = async () => {
      // One further than the map goes, so that a larger one is told.
      const cells = await readDiagonal(Math.max(height, width) + 1);
      const last = cells.at(-1);
      const wrong = cells.filter(differs).map((cell) => [cell, map[cell.row * width + cell.column]]);
      const covers = await model().locator('.cam-cover').count();
      return { rows: (last?.row ?? 0) + 1, columns: (last?.column ?? 0) + 1, wrong: wrong.slice(0, 3), covers };
    };
    await expect.poll(shown).toEqual({ rows: height, columns: width, wrong: [], covers: 0 });
  }

  /** A stage by one of the three ways to it. */
  async function chooseStage(name: string, tensor: string) {
    if (!name.startsWith('small')) {
      await choose('Layer').selectOption(tensor);
    } else if (name === 'small_squeeze_excite.onnx') {
      await model().getByRole('tab', { name: 'Graph' }).click();
      const search = model().getByRole('searchbox', { name: /^Find layers/ });
      await search.fill(tensor);
      await search.press('Enter');
      const properties = model().getByRole('complementary', { name: 'Properties' });
      await properties.getByRole('button', { name: 'Explain at this layer' }).click();
      await model().getByRole('tab', { name: 'CAM', selected: true }).waitFor();
    } else {
      const strip = panel('Through the stages');
      await strip.getByRole('button', { name: /^Draw .* stages$/ }).click();
      await strip.locator(`button[title$="· ${tensor}"][aria-label*=" … "]`).click();
    }
    await expect.poll(() => choose('Layer').inputValue()).toBe(tensor);
  }

  it.each(Object.keys(MODELS))('are explained at the last and at two middle stages: %s', async (name) => {
    expect(existsSync(MODELS[name])).toBe(true);
    const expected = draw(name);
    await opened.workbench.chooseFromMenu(name, 'Inspect Model');
    await model().getByText(name, { exact: true }).first().waitFor();
    await model().getByRole('tab', { name: 'CAM' }).click();
    await model().getByRole('button', { name: 'Add Images…' }).click();
    await opened.workbench.tick('chelsea.png');
    await stage().waitFor();
    const pipeline = await expected;
    const stages = choose('Layer').locator('optgroup').first().locator('option');
    await stages.first().waitFor({ state: 'attached' });
    const tensors = await stages.evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(tensors.length).toBeGreaterThanOrEqual(3);
    await expect.poll(() => choose('Layer').inputValue()).toBe(tensors[0]);
    await expectShown(await pipeline(await choose('Method').inputValue(), null));

    await choose('Layer').selectOption(tensors[1]);
    await expect.poll(() => choose('Method').inputValue()).toBe('hirescam');
    await expectShown(await pipeline('hirescam', tensors[1]));

    await choose('Method').selectOption('gradcam');
    await chooseStage(name, tensors[2]);
    await expectShown(await pipeline('gradcam', tensors[2]));
  });
});
