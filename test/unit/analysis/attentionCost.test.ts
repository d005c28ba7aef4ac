import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { computeCosts } from '../../../src/analysis/cost';
import { computeParameters } from '../../../src/analysis/parameters';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import { openMemorySource } from '../../../src/onnx/byteSource';
import { readModelFrom } from '../../../src/onnx/readModel';
import { buildModel, node } from '../graph/graphBuilder';
import { fixtures } from '../graph/referenceModels';

function macsOf(model: Model): number | null {
  const index = indexGraph(model.graph);
  const inferred = inferShapes(model);
  return [...computeCosts(index, inferred, computeParameters(model, inferred, index)).byNode.values()][0].macs;
}

describe('attention costs what the products of its definition cost', () => {
  /** Written by test/fixtures/operators/attention.py. */
  const examples = JSON.parse(readFileSync(path.join(fixtures, 'operators/attention.json'), 'utf8')) as readonly {
    readonly name: string;
    readonly model: string;
    readonly macs: number;
  }[];

  test.each(examples.map(({ name, model, macs }) => [name, macs, model] as const))('%s: %i', async (_, macs, model) => {
    const bytes = Buffer.from(model, 'base64');
    const facts = { path: '/attention.onnx', sizeBytes: bytes.byteLength, modifiedMs: 0 };
    expect(macsOf(await readModelFrom(openMemorySource(bytes), facts))).toBe(macs);
  });
});

describe('fused attention of com.microsoft', () => {
  const costOf = (
    opType: string,
    inputs: Readonly<Record<string, readonly number[]>>,
    reads: string,
    attributes = {},
  ) => macsOf(buildModel({ inputs, nodes: [node(opType, reads, 'y a b', attributes, 'com.microsoft')] }));

  test('a value of another width counts with its own', () => {
    const inputs = { q: [2, 3, 8], k: [2, 5, 8], v: [2, 5, 12] };
    expect(costOf('MultiHeadAttention', inputs, 'q k v', { num_heads: 2 })).toBe(2 * 3 * 5 * 8 + 2 * 3 * 5 * 12);
  });

  test('the past is attended to', () => {
    const inputs = { q: [2, 1, 8], k: [2, 1, 8], v: [2, 1, 8], pk: [2, 2, 9, 4], pv: [2, 2, 9, 4] };
    expect(costOf('MultiHeadAttention', inputs, 'q k v _ _ _ pk pv', { num_heads: 2 })).toBe(2 * 2 * 1 * 10 * 8);
  });

  test('key and value packed behind the query are no further query', () => {
    const inputs = { q: [1, 3, 64], pk: [1, 2, 0, 8], pv: [1, 2, 0, 8] };
    const heads = { num_heads: 4, kv_num_heads: 2 };
    expect(costOf('GroupQueryAttention', inputs, 'q _ _ pk pv', heads)).toBe(2 * 3 * 3 * 32);
  });
});
