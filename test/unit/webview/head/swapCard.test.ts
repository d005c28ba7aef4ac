// @vitest-environment jsdom
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { listSwapMethods } from '../../../../src/head/swapMethods';
import { analyzeModel, type ModelAnalysis } from '../../../../src/inspectModel';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { SwapPreview } from '../../../../src/protocol/headWork';
import { createSwapCard } from '../../../../webview/head/swapCard';
import { settle } from '../cam/builders';
import { showCard } from './showCard';

const PREVIEW: SwapPreview = {
  id: 7,
  request: { head: 0, target: 'gap', method: 'project', data: null },
  labels: null,
  input: { height: 64, width: 64 },
  proposal: {
    model: '/w/shapes_fc.onnx',
    output: 'logits',
    target: 'gap',
    method: 'project',
    before: { kind: 'flatten-fc', classes: 3, parameters: 771, bytes: 3084, macs: 768 },
    after: { kind: 'gap-linear', classes: 3, parameters: 15, bytes: 60, macs: 12 },
    residual: 0.25,
    ridge: null,
    agreement: {
      images: 2,
      top1: 0.5,
      maxAbsLogitDifference: 3.5,
      meanCorrelation: 0.75,
      provenance: 'measured',
    },
    images: [
      { image: '/w/b.png', top1Before: 1, top1After: 2, maxAbsLogitDifference: 3.5, correlation: 0.5 },
      { image: 'C:\\w\\a.png', top1Before: 0, top1After: 0, maxAbsLogitDifference: 0.5, correlation: 1 },
    ],
    errors: [{ image: '/w/c.png', code: 'unreadableImage', message: 'c.png is no picture.' }],
    notes: ['The new head is stored in float32.'],
  },
  pairs: [
    {
      ...{ image: '/w/b.png', classIndex: 1, height: 2, width: 2, picture: null },
      before: Float32Array.of(1, -2, 0, 0.5),
      after: Float32Array.of(4, 4, 4, 4),
    },
  ],
};

const LABELS = ['circle', 'square', 'star'];

describe('the card that swaps a head', () => {
  let models: Readonly<Record<string, ModelAnalysis>>;
  let test: ReturnType<typeof showCard>;
  beforeAll(async () => {
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
    const names = ['shapes_fc', 'shapes_gap', 'shapes_mlp'];
    const read = await Promise.all(names.map((name) => analyzeModel(path.resolve(`media/demo/shapes/${name}.onnx`))));
    models = Object.fromEntries(names.map((name, index) => [name, read[index]]));
  });
  const show = async (name: string, change: { images?: number; trusted?: boolean; preview?: SwapPreview } = {}) => {
    const { report, heads } = models[name];
    const images = Array.from({ length: change.images ?? 2 }, (_, index) => {
      const file = `${index}.png`;
      return { id: file, name: file, path: file };
    });
    test = showCard(createSwapCard, report, { images, trusted: change.trusted ?? true });
    test.find('swapChoices')[0].resolve(listSwapMethods(heads[0]));
    test.find('latestSwap')[0].resolve({ preview: change.preview ?? null });
    await settle();
  };
  const text = () => test.text();
  const button = (name: string) => test.button(name);
  const radio = (name: string) =>
    [...test.element.querySelectorAll('label')]
      .find((label) => label.textContent.trim().startsWith(name))!
      .querySelector('input')!;
  const choose = (name: string) => {
    radio(name).checked = true;
    radio(name).dispatchEvent(new Event('change'));
  };

  it('proposes the kind that the head is not, by the first method that applies', async () => {
    await show('shapes_fc');
    expect(radio('GAP').checked).toBe(true);
    expect(radio('Project').checked).toBe(true);
    await show('shapes_gap');
    expect(radio('FC').checked).toBe(true);
    expect(radio('Tie the weights').checked).toBe(true);
    await show('shapes_mlp');
    expect(radio('Project').disabled).toBe(true);
    expect(text()).toContain('is not linear in its feature map: a projection is not defined');
    expect(radio('Distill').checked).toBe(true);
  });

  it('says what is missing before it can preview', async () => {
    await show('shapes_mlp', { images: 1 });
    expect(button('Preview').disabled).toBe(true);
    expect(text()).toContain('Distilling needs at least two images');
    choose('Fit to labels');
    expect(text()).toContain('Choose labelled images');
    await show('shapes_fc', { trusted: false });
    expect(button('Preview').disabled).toBe(true);
    expect(text()).toContain('needs a trusted workspace');
  });

  it('asks with the images of the list or of a folder, and can be stopped', async () => {
    await show('shapes_fc');
    button('Preview').click();
    expect(test.find('proposeSwap')[0].params).toEqual(PREVIEW.request);
    test.app.update({ headProgress: { swap: { text: 'Both heads: 1 of 2 images', fraction: 0.5 } } });
    expect(text()).toContain('Both heads: 1 of 2 images');
    expect(test.element.querySelector('progress')!.value).toBe(0.5);
    button('Cancel').click();
    expect(test.find('proposeSwap')[0].signal?.aborted).toBe(true);
    test.find('proposeSwap')[0].reject(new RequestFailure({ code: 'cancelled', message: 'Cancelled.', retry: true }));
    await settle();
    expect(text()).not.toContain('Cancelled');
    button('Choose a Folder').click();
    const data = { path: '/w/photos', name: 'photos' };
    test.find('chooseHeadData')[0].resolve({ data });
    await settle();
    expect(text()).toContain('photos');
    button('Preview').click();
    expect(test.find('proposeSwap')[1].params).toEqual({ ...PREVIEW.request, data });
  });

  it('shows cost, agreement, the worst images and maps before anything is saved', async () => {
    await show('shapes_fc');
    test.app.update({ settings: { labels: LABELS } as never });
    button('Preview').click();
    test.find('proposeSwap')[0].resolve(PREVIEW);
    await settle();
    const figures = [...test.element.querySelectorAll('.figure')].map((figure) => figure.getAttribute('aria-label'));
    expect(figures).toContain('Parameters before: 771, 771 parameters, derived. Copy');
    expect(figures).toContain('MAC per image after: 12, 12 MAC, derived. Copy');
    expect(figures).toContain('Top-1 agreement: 50 %, 0.5, measured. Copy');
    expect(figures).toContain('Residual ‖W − V‖/‖W‖: 0.25, 0.25, derived. Copy');
    const rows = [...test.element.querySelectorAll('.swap-images tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim()),
    );
    expect(rows).toEqual([
      ['b.png', 'square', 'star changed', '3.500', '0.500'],
      ['a.png', 'circle', 'circle', '0.500', '1.000'],
    ]);
    expect(text()).toContain('The new head is stored in float32.');
    expect(text()).toContain('1 image could not be read');
    expect(test.element.querySelectorAll('.swap-pair canvas')).toHaveLength(2);
    expect(text()).toContain('Before: −2.000 to +1.000');
    const scale = test.element.querySelector('.cam-legend-scale')!.getAttribute('aria-label');
    expect(scale).toMatch(/^Colour scale from −4\.0+ to \+?4\.0+ logit\. One scale for both heads/);
    expect(test.find('saveSwap')).toHaveLength(0);
  });

  it('says where leave-one-out judges a distilled head', async () => {
    const agreement = { ...PREVIEW.proposal.agreement!, provenance: 'estimated' as const };
    const preview = { ...PREVIEW, proposal: { ...PREVIEW.proposal, ridge: 0.1, agreement } };
    await show('shapes_fc', { preview });
    expect(text()).toContain('leave-one-out');
    expect(test.element.querySelector('.figure[aria-label^="Top-1 agreement"]')!.getAttribute('aria-label')).toContain(
      'estimated',
    );
  });

  it('saves the preview that is shown, and says where or why not', async () => {
    await show('shapes_fc', { preview: PREVIEW });
    button('Save As').click();
    expect(test.find('saveSwap')[0].params).toEqual({ id: 7 });
    test.find('saveSwap')[0].resolve({ path: '/w/new.onnx' });
    await settle();
    expect(text()).toContain('Saved /w/new.onnx');
    button('Save As').click();
    const failure = { code: 'badArgument', message: 'That is the model itself.', retry: false };
    test.find('saveSwap')[1].reject(new RequestFailure(failure));
    await settle();
    expect(test.element.querySelector('[role=alert]')!.textContent).toContain('That is the model itself.');
  });

  it('takes up a preview that was there before the page', async () => {
    const data = { path: '/w/photos', name: 'photos' };
    await show('shapes_fc', { preview: { ...PREVIEW, request: { ...PREVIEW.request, method: 'distill', data } } });
    expect(radio('Distill').checked).toBe(true);
    expect(text()).toContain('photos');
    expect(test.element.querySelectorAll('.swap-images tbody tr')).toHaveLength(2);
  });

  it('drops the preview when something else is chosen', async () => {
    await show('shapes_fc', { preview: PREVIEW });
    choose('Distill');
    expect(test.element.querySelector('.swap-images')).toBeNull();
  });

  it('says why a preview failed, in the sentence of the host', async () => {
    await show('shapes_fc');
    button('Preview').click();
    const failure = { code: 'notTrusted', message: 'This workspace is in Restricted Mode.', retry: true };
    test.find('proposeSwap')[0].reject(new RequestFailure(failure));
    await settle();
    expect(test.element.querySelector('[role=alert]')!.textContent).toContain('Restricted Mode');
    expect(button('Preview').disabled).toBe(false);
  });
});
