import { describe, expect, it } from 'vitest';
import type { ElementType } from '../../../src/graph/model';
import type { Tensor } from '../../../src/tensor/tensor';
import { computeRelativeDifference, countUp, detect, explain } from './explain';
import { createRandom, ModelBuilder } from './modelBuilder';
import { CHANNELS, IMAGE, model, pool } from './spellings';

function createInput(shape: readonly number[], seed = 3): Tensor {
  const random = createRandom(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length: count }, () => random() * 2 - 1), shape };
}

/** Heads that between them need every kind of node that is emitted. */
const HEADS: Readonly<Record<string, (b: ModelBuilder, map: string) => string>> = {
  'one weight per channel': (b, map) => {
    const column = b.node('Gemm', [pool(b, map), b.weight([CHANNELS, 5]), b.weight([5])]);
    return b.node('Softmax', [b.node('Relu', [column])], { axis: 1 });
  },
  'one weight per position, two layers': (b, map) => {
    const hidden = b.node('Gemm', [b.node('Flatten', [map]), b.weight([CHANNELS * 24, 9]), b.weight([9])]);
    const bent = b.node('PRelu', [b.node('LeakyRelu', [hidden], { alpha: 0.3 }), b.weight([9], 0.5)]);
    return b.node('Gemm', [bent, b.weight([9, 5]), b.weight([5])]);
  },
  'class maps with a rectifier': (b, map) => pool(b, b.node('Relu', [b.conv(map, CHANNELS, 5, 3, [1, 1, 1, 1])])),
  'average and maximum': (b, map) => {
    const both = b.node('Concat', [b.node('GlobalAveragePool', [map]), b.node('GlobalMaxPool', [map])], { axis: 1 });
    return b.gemm(b.node('Flatten', [both]), 2 * CHANNELS, 5);
  },
};

describe('maps written for operator set', () => {
  const cases = [7, 8, 9, 10, 11, 12, 13, 15, 18, 21].flatMap((opset) =>
    Object.keys(HEADS).map((name) => [opset, name] as const),
  );

  it.each(cases)('%i: %s', async (opset, name) => {
    const file = model(HEADS[name], opset)().save();
    const [evidence] = (await explain(file, createInput(IMAGE), countUp(5))).evidence;
    expect(evidence.maps.map((map) => map.certificate.holds)).toEqual([true, true, true, true, true]);
  });
});

describe('a batch of images', () => {
  const cases = [7, 17].flatMap((opset) => Object.keys(HEADS).map((name) => [opset, name] as const));

  it.each(cases)('gives each image the maps it has alone: operator set %i, %s', async (opset, name) => {
    const file = model(HEADS[name], opset, 'batch')().save();
    const images = [1, 2, 3].map((seed) => createInput(IMAGE, seed));
    const batch: Tensor = {
      data: Float32Array.from(images.flatMap((image) => [...image.data])),
      shape: [3, ...IMAGE.slice(1)],
    };
    const together = (await explain(file, batch, [4], { topCount: 2 })).evidence;
    expect(together).toHaveLength(3);
    for (const [item, image] of images.entries()) {
      const [alone] = (await explain(file, image, [4], { topCount: 2 })).evidence;
      expect(together[item].top).toEqual(alone.top);
      expect(together[item].maps.map((map) => map.classIndex)).toEqual(alone.maps.map((map) => map.classIndex));
      together[item].maps.forEach((map, index) => {
        expect(map.certificate).toMatchObject({ holds: true });
        expect(computeRelativeDifference(map.map, alone.maps[index].map)).toBeLessThan(1e-5);
        expect(computeRelativeDifference(map.contributions, alone.maps[index].contributions)).toBeLessThan(1e-5);
      });
    }
  });
});

describe('a half-precision model', () => {
  it('has maps in 32-bit floats, and a certificate as wide as half precision needs', async () => {
    const b = new ModelBuilder();
    b.input(IMAGE, 'float16');
    const half = (name: string) => b.node('Cast', [name], { to: 10 });
    const conv = b.node('Conv', ['input', half(b.weight([CHANNELS, 3, 3, 3]))], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    });
    const vector = pool(b, b.node('Relu', [conv]));
    const weights = [half(b.weight([5, CHANNELS])), half(b.weight([5]))];
    b.output(b.node('Gemm', [vector, ...weights], { transB: 1 }), 'float16');
    const file = b.save();
    const [head] = (await detect(file)).heads;
    expect(head).toMatchObject({ kind: 'gap-linear', exact: true, logitsElementType: 'float16' });
    const [evidence] = (await explain(file, createInput(IMAGE), countUp(5))).evidence;
    for (const { certificate } of evidence.maps) {
      expect(certificate).toMatchObject({ holds: true });
      expect(certificate.tolerance).toBeCloseTo((8 / 2048) * Math.max(1, Math.abs(certificate.logit)), 6);
    }
  });
});

describe('a model of quantised operators', () => {
  const bytes = (values: readonly number[]) => Uint8Array.from(values, (value) => value & 0xff);

  /** Features in multiples of 1/64; everything after them in 8 bits. */
  function build(write: (b: ModelBuilder, map: string, scale: string, zero: string) => string): ModelBuilder {
    return model((b, map) => {
      const scale = b.values([], [1 / 64]);
      const zero = b.raw('uint8', [], bytes([0]));
      const logits = write(b, b.node('QuantizeLinear', [map, scale, zero]), scale, zero);
      return b.node('DequantizeLinear', [logits, b.values([], [1 / 16]), b.raw('uint8', [], bytes([128]))]);
    })();
  }

  function weights(b: ModelBuilder, dims: readonly number[], type: ElementType = 'int8'): string {
    const count = dims.reduce((product, size) => product * size, 1);
    const random = createRandom(11);
    return b.raw(type, dims, bytes(Array.from({ length: count }, () => Math.floor(random() * 255) - 127)));
  }

  it.each([
    [
      'QLinearGlobalAveragePool and QLinearMatMul',
      'gap-linear',
      (b: ModelBuilder, map: string, scale: string, zero: string) => {
        const pooling = { channels_last: 0 };
        const pooled = b.node('QLinearGlobalAveragePool', [map, scale, zero, scale, zero], pooling, {
          domain: 'com.microsoft',
        });
        const [weightScale, weightZero] = [b.values([], [1 / 64]), b.raw('int8', [], bytes([3]))];
        const outputs = [b.values([], [1 / 16]), b.raw('uint8', [], bytes([128]))];
        const matrix = [weights(b, [CHANNELS, 5]), weightScale, weightZero];
        return b.node('QLinearMatMul', [b.node('Flatten', [pooled]), scale, zero, ...matrix, ...outputs]);
      },
    ],
    [
      'QGemm with a scale per class',
      'gap-linear',
      (b: ModelBuilder, map: string, scale: string, zero: string) => {
        const mean = b.node('GlobalAveragePool', [b.node('DequantizeLinear', [map, scale, zero])]);
        const vector = b.node('QuantizeLinear', [b.node('Flatten', [mean]), scale, zero]);
        const perClass = [b.values([5], [0.01, 0.02, 0.015, 0.03, 0.008]), b.raw('int8', [5], bytes([0, 0, 0, 0, 0]))];
        const bias = b.raw('int32', [5], new Uint8Array(Int32Array.of(900, -400, 0, 250, 77).buffer));
        const outputs = [b.values([], [1 / 16]), b.raw('uint8', [], bytes([128]))];
        return b.node(
          'QGemm',
          [vector, scale, zero, weights(b, [5, CHANNELS]), ...perClass, bias, ...outputs],
          { transB: 1 },
          {
            domain: 'com.microsoft',
          },
        );
      },
    ],
    [
      'QLinearConv after the pool',
      'gap-linear',
      (b: ModelBuilder, map: string, scale: string, zero: string) => {
        const mean = b.node('GlobalAveragePool', [b.node('DequantizeLinear', [map, scale, zero])]);
        const kernel = [weights(b, [5, CHANNELS, 1, 1]), b.values([], [1 / 64]), b.raw('int8', [], bytes([0]))];
        const outputs = [b.values([], [1 / 16]), b.raw('uint8', [], bytes([128]))];
        const pooled = b.node('QuantizeLinear', [mean, scale, zero]);
        return b.node('Flatten', [b.node('QLinearConv', [pooled, scale, zero, ...kernel, ...outputs])]);
      },
    ],
  ] as const)('adds up within the rounding of its own steps: %s', async (_name, kind, write) => {
    const file = build(write).save();
    const [head] = (await detect(file)).heads;
    expect(head).toMatchObject({ kind, exact: true });
    expect([head.featureMap?.channels, head.featureMap?.height, head.featureMap?.width]).toEqual([CHANNELS, 4, 6]);
    const [evidence] = (await explain(file, createInput(IMAGE), countUp(5))).evidence;
    for (const { certificate } of evidence.maps) {
      expect(certificate).toMatchObject({ holds: true });
      // Half a step of the logits and half a step of the pooled vector in eight channels; not just any tolerance.
      expect(certificate.tolerance).toBeGreaterThan(1 / 32);
      expect(certificate.tolerance).toBeLessThan(0.3);
    }
    expect(evidence.maps.some((map) => Math.abs(map.certificate.value) > 0.3)).toBe(true);
  });

  it('is not exact when the scales depend on the image', async () => {
    const file = model((b, map) => {
      const dynamic = b.node('DynamicQuantizeLinear', [pool(b, map)], {}, { outputs: 3 });
      const matrix = weights(b, [CHANNELS, 5]);
      const product = b.node('MatMulInteger', [dynamic, matrix, `${dynamic}.2`]);
      const scaled = b.node('Mul', [b.node('Cast', [product], { to: 1 }), `${dynamic}.1`]);
      return b.node('Mul', [scaled, b.values([], [1 / 64])]);
    })().save();
    const [head] = (await detect(file)).heads;
    expect(head).toMatchObject({ kind: 'gap-linear', exact: false });
    expect(head.featureMap?.channels).toBe(CHANNELS);
    expect(head.reason).toMatch(/MatMulInteger/);
  });
});

describe('a head inside a model-local function', () => {
  function build(write: (body: ModelBuilder, vector: string) => void): string {
    const b = new ModelBuilder();
    b.input(IMAGE);
    const body = new ModelBuilder();
    write(body, 'x');
    b.function('Head', ['x', 'w', 'b'], body);
    const map = b.trunk(CHANNELS);
    b.output(b.node('Head', [map, b.weight([5, CHANNELS]), b.weight([5])], {}, { domain: 'local' }));
    return b.save();
  }

  it('is seen, and its maps drawn where they need nothing that only the function knows', async () => {
    const file = build((body, map) => {
      const vector = body.node('Flatten', [body.node('GlobalAveragePool', [map])]);
      body.output(body.node('Gemm', [vector, 'w', 'b'], { transB: 1 }));
    });
    const [head] = (await detect(file)).heads;
    expect(head).toMatchObject({ kind: 'gap-linear', exact: true, parameters: 45 });
    expect(head.featureMap).toMatchObject({ tensor: 'features', channels: CHANNELS, height: 4, width: 6 });
    const [evidence] = (await explain(file, createInput(IMAGE), countUp(5))).evidence;
    expect(evidence.maps.every((map) => map.certificate.holds)).toBe(true);
  });

  it('is explained where a run cannot give what the map needs', async () => {
    const file = build((body, map) => {
      const vector = body.node('Flatten', [body.node('GlobalAveragePool', [map])]);
      body.output(body.node('LeakyRelu', [body.node('Gemm', [vector, 'w', 'b'], { transB: 1 })]));
    });
    const [head] = (await detect(file)).heads;
    expect(head).toMatchObject({ kind: 'gap-linear', exact: false });
    expect(head.reason).toMatch(/function "Head"/);
  });
});

describe('asking for a class', () => {
  it('that the model does not have names the classes there are', async () => {
    const file = model(HEADS['one weight per channel'])().save();
    await expect(explain(file, createInput(IMAGE), [5])).rejects.toThrow('numbered 0 to 4');
  });

  it('twice, or one that is among the likely ones, gives one map', async () => {
    const file = model(HEADS['one weight per channel'])().save();
    const [evidence] = (await explain(file, createInput(IMAGE), [0, 1, 2, 3, 4, 4])).evidence;
    expect(evidence.maps.map((map) => map.classIndex).sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('of a head that is not exact fails with the reason', async () => {
    const file = model((b, map) => b.gemm(b.node('Tanh', [b.gemm(pool(b, map), CHANNELS, 9)]), 9, 5))().save();
    await expect(explain(file, createInput(IMAGE), [0])).rejects.toThrow(/Tanh/);
  });
});
