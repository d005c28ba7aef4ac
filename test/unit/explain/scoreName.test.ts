import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnMethod } from '../../../src/cam/camMethod';
import { listMapChoices } from '../../../src/cam/mapChoices';
import { describeExactChoice } from '../../../src/cam/methodNote';
import { findMethod } from '../../../src/cam/methods';
import { toImageDocument, toLayerDocument } from '../../../src/cli/camDocument';
import { formatImage } from '../../../src/cli/camText';
import type { Explainer } from '../../../src/explain/explainer';
import { explainImage } from '../../../src/explainImage';
import { explainLayer } from '../../../src/explainLayer';
import { writeNpy } from '../../../src/tensor/npy';
import { ModelBuilder } from '../cam/modelBuilder';
import { createExplainerOpener } from './openExplainer';

let explainers: Awaited<ReturnType<typeof createExplainerOpener>>;
let image: string;
beforeAll(async () => {
  explainers = await createExplainerOpener('scoreName');
  image = path.join(explainers.folder, 'image.npy');
  const data = Float32Array.from({ length: 768 }, (_, position) => Math.sin(position));
  writeFileSync(image, writeNpy({ data, shape: [1, 3, 16, 16] }));
});
afterAll(() => explainers.close());

function open(outputs: number, activation: 'Sigmoid' | null): Promise<Explainer> {
  const b = new ModelBuilder(17);
  const features = b.trunk(5, b.input([1, 3, 16, 16]));
  const scores = b.gemm(b.node('Flatten', [b.node('GlobalAveragePool', [features])]), 5, outputs);
  b.output(activation === null ? scores : b.node(activation, [scores], {}, { name: 'probability' }));
  return explainers.open(b.save());
}

/** What the editor and the command line say of an image and of the methods. */
async function listTexts(explainer: Explainer): Promise<string> {
  const { model, index, inferred, heads } = explainer.analysis;
  const item = { id: image, path: image };
  const exact = await explainImage(explainer, item, { classes: [], preprocessing: null });
  const facts = { classes: [0], labels: null, files: new Map<number, string>(), contrast: null, layer: 'features' };
  const document = toImageDocument(image, exact, { ...facts, note: describeExactChoice(heads[0]) });
  const texts = [formatImage(document), document.maps[0].target];
  for (const id of ['hirescam', 'integratedgradients']) {
    const method = findMethod(id) as DrawnMethod;
    const options = { method, layer: null, classes: [0], topCount: 0, contrast: null, preprocessing: null };
    const drawn = await explainLayer(explainer, item, { ...options, sampling: { samples: 4 } });
    texts.push(formatImage(toLayerDocument(image, drawn, facts)), drawn.target.text, drawn.note);
  }
  const { methods, reason } = await listMapChoices(model, index, inferred, heads[0]);
  return [...texts, reason, ...methods.flatMap(({ meaning, cost }) => [meaning, cost])].join('\n');
}

describe('the number that a map explains', () => {
  it('is called an output where it is the only one and nothing makes a probability of it', async () => {
    const texts = await listTexts(await open(1, null));
    expect(texts).not.toMatch(/logit/i);
    expect(texts).toMatch(/class +label +output +probability/);
    expect(texts).toContain('derivative of the output');
    expect(texts).toMatch(/completeness residual \S+ output/);
    expect(texts).toContain('the output of the model');
  });

  it('is a logit where a sigmoid follows, or where there are several', async () => {
    for (const texts of [await listTexts(await open(1, 'Sigmoid')), await listTexts(await open(3, null))]) {
      expect(texts).toContain('derivative of the logit');
      expect(texts).toMatch(/class +label +logit +probability/);
      expect(texts).not.toMatch(/the output/);
    }
  });
});
