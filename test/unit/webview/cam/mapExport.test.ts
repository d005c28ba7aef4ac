import { describe, expect, it } from 'vitest';
import { readNpy } from '../../../../src/tensor/npy';
import { toCsv, toFileName, toJson, toNpy } from '../../../../webview/cam/mapExport';
import type { ExportedMap } from '../../../../webview/cam/mapExport';
import { encodeNpy } from '../../../../webview/cam/npy';
import { SceneReader } from '../../../../webview/cam/scene';
import { createExplanation, createState } from './builders';

function exportMap(change: Parameters<typeof createState>[1] = {}): ExportedMap {
  const state = createState(['a.png'], {
    imageStates: new Map([['a.png', { status: 'explained', explanation: createExplanation() }]]),
    ...change,
  });
  const scene = new SceneReader().read(state);
  const explained = scene?.explained;
  if (!scene || !explained?.shown) {
    throw new Error('nothing to export');
  }
  return { scene, explained, shown: explained.shown, model: 'model.onnx' };
}

const withChoices = (change: object): Parameters<typeof createState>[1] => ({
  choices: { ...createState([]).choices, ...change },
});

describe('encodeNpy', () => {
  it.each([[[2, 3]], [[6]], [[1, 2, 3]]])('is read back with shape %j', (shape) => {
    const data = Float32Array.of(1, -2.5, 3e-8, NaN, Infinity, 0);
    const read = readNpy(encodeNpy(data, shape));
    expect(read.shape).toEqual(shape);
    expect(read.data).toEqual(data);
  });

  it('starts its data at a multiple of 64 bytes, as NumPy does', () => {
    const bytes = encodeNpy(Float32Array.of(1), [1]);
    expect((bytes.length - 4) % 64).toBe(0);
    expect(bytes[bytes.length - 5]).toBe('\n'.charCodeAt(0));
  });
});

describe('exported numbers', () => {
  it('are the raw map, whatever is displayed', () => {
    const exported = exportMap(withChoices({ sign: 'negative', placement: 'stretch', opacity: 0 }));
    expect(readNpy(toNpy(exported))).toEqual({ data: Float32Array.of(2, 4, 6, 8), shape: [2, 2] });
    expect(toCsv(exported)).toBe('2,4\n6,8\n');
  });

  it('tell as JSON what they are of, with certificate and ledger', () => {
    const document = JSON.parse(toJson(exportMap())) as Record<string, unknown>;
    expect(document).toMatchObject({
      schema: 1,
      model: 'model.onnx',
      image: '/w/a.png',
      method: 'cam',
      class: 2,
      label: 'cup',
      logit: 5,
      probability: null,
      unit: 'logit',
      height: 2,
      width: 2,
      map: [
        [2, 4],
        [6, 8],
      ],
      certificate: { value: 5, bias: 0, logit: 5, holds: true },
      ledger: [
        { channel: 0, weight: 2, mean: 2.5, contribution: 5 },
        { channel: 1, weight: 0, mean: 0.5, contribution: 0 },
      ],
    });
  });

  it('are of the contrast or the channel that is shown, and the file name says so', () => {
    const contrast = exportMap(withChoices({ cam: { contrastClass: 0 } }));
    expect(toCsv(contrast)).toBe('1,4\n3,6\n');
    expect(toFileName(contrast, 'cam', 'npy')).toBe('a-2-minus-0-cam.npy');
    const channel = exportMap(withChoices({ selectedChannel: 0, selectedClass: 0 }));
    expect(toCsv(channel)).toBe('1,2\n3,4\n');
    expect(toFileName(channel, 'overlay', 'png')).toBe('a-0-channel-0-overlay.png');
  });
});
