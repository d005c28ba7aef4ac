import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../src/onnx/byteSource';
import { readModel, readModelFrom } from '../../../src/onnx/readModel';
import { WireWriter } from '../../../src/onnx/wireWriter';
import reference from '../../fixtures/structure/reference.json';
import { describeModel, describeValue } from './describeModel';

const root = path.resolve(__dirname, '../../..');
/** Models of the demo workspace are always there; the others where the project's reference data is mounted. */
const folders = [path.join(root, 'media'), path.join(root, '../shared/data'), path.join(root, 'test/fixtures')];

function findModel(name: string): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

const folder = mkdtempSync(path.join(tmpdir(), 'headlight-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readModel', () => {
  it('finds the four models of the demo workspace', () => {
    expect(Object.keys(reference).filter((name) => name.startsWith('demo/') && findModel(name))).toHaveLength(4);
  });

  for (const [name, expected] of Object.entries(reference)) {
    const file = findModel(name);
    if (file === undefined) {
      continue;
    }
    it(`reads every node, attribute, tensor and value of ${name} as the onnx package does`, async () => {
      const model = await readModel(file);
      expect(model.graph.nodes).toHaveLength(expected.nodes);
      expect(model.graph.initializers.size).toBe(expected.initializers);
      expect(model.graph.inputs.map(describeValue)).toEqual(expected.inputs);
      expect(model.graph.outputs.map(describeValue)).toEqual(expected.outputs);
      expect(model.graph.valueInfo.size).toBe(expected.valueInfo);
      expect(createHash('sha256').update(describeModel(model).join('\n')).digest('hex')).toBe(expected.digest);
      expect(model.warnings).toEqual([]);
    });
  }
});

describe('the structure', () => {
  const features = path.join(root, 'test/fixtures/structure/features.onnx');

  it('keeps the model’s documentation, free dimensions and types that are no tensors', async () => {
    const { docString, graph, metadata } = await readModel(features);
    expect(docString).toBe('a model');
    expect([...metadata]).toEqual([
      ['labels', 'cat,dog'],
      ['empty', ''],
    ]);
    expect(graph.inputs).toEqual([
      { name: 'x', elementType: 'float32', shape: ['N', 3, null, 0], notes: expect.anything() as unknown },
      { name: 'condition', elementType: 'bool', shape: [] },
      { name: 'sequence', elementType: null, shape: null },
    ]);
  });

  it('numbers the nodes of each graph from 0, functions and sub-graphs included', async () => {
    const { graph, functions } = await readModel(features);
    expect(graph.nodes.map((node) => node.index)).toEqual([0, 1, 2]);
    expect(functions[0]).toMatchObject({ domain: 'test.domain', name: 'Leak', attributes: ['slope'] });
    expect(functions[0].nodes[0].attributes.get('alpha')).toEqual({ type: 'reference', value: 'slope' });
    const branch = graph.nodes[0].attributes.get('then_branch');
    expect(branch?.type === 'graph' && branch.value.nodes[0]).toMatchObject({ index: 0, opType: 'Relu' });
  });

  it('leaves initializers out of the inputs, where IR version 3 lists them', async () => {
    const { graph, irVersion } = await readModel(path.join(root, 'test/fixtures/structure/ir3.onnx'));
    expect(irVersion).toBe(3);
    expect(graph.inputs.map((input) => input.name)).toEqual(['x']);
  });

  it('has its path, size and time of the file, and an absolute path', async () => {
    const model = await readModel(path.relative(process.cwd(), features));
    expect(model.path).toBe(features);
    expect(model.sizeBytes).toBe(1207);
    expect(model.modifiedMs).toBeGreaterThan(0);
  });

  it('gives every node its own attributes, also where others had the same bytes before', async () => {
    const file = path.join(folder, 'attributes.onnx');
    // Few values and many: some come again at once, some after whole windows of the file, some never.
    const valueOf = (index: number) => (index % 3 === 0 ? index : index % 7);
    const count = 6000;
    const bytes = createModel((graph) => {
      for (let index = 0; index < count; index++) {
        graph.message(1, (writer) =>
          writer
            .string(2, `y${index}`)
            .string(4, 'Pool')
            .message(5, (part) => part.string(1, 'strides').int(8, valueOf(index)).int(8, 2).int(20, 7))
            .message(5, (part) => part.string(1, 'alpha').float(2, valueOf(index)).int(20, 1)),
        );
      }
    });
    writeFileSync(file, bytes);
    const { graph } = await readModel(file);
    expect(graph.nodes.slice(1).map(({ attributes }) => [...attributes])).toEqual(
      Array.from({ length: count }, (_, index) => [
        ['strides', { type: 'ints', value: [valueOf(index), 2] }],
        ['alpha', { type: 'float', value: valueOf(index) }],
      ]),
    );
  });

  it('says that a file holds training steps, and keeps the default of a function’s attribute', async () => {
    const file = path.join(folder, 'training.onnx');
    const bytes = createModel(() => undefined);
    const more = new WireWriter()
      .message(20, (training) => training.message(2, (algorithm) => algorithm.string(2, 'steps')))
      .message(25, (body) =>
        body.string(1, 'F').message(11, (slope) => slope.string(1, 'slope').float(2, 0.5).int(20, 1)),
      )
      .finish();
    writeFileSync(file, Buffer.concat([bytes, more]));
    const { warnings, functions } = await readModel(file);
    expect(warnings).toEqual([expect.stringContaining('training')]);
    expect(functions).toMatchObject([
      { attributes: ['slope'], defaults: new Map([['slope', { type: 'float', value: 0.5 }]]) },
    ]);
  });

  it('warns of a repeated initializer and of a payload whose length contradicts its dimensions', async () => {
    const file = path.join(folder, 'odd.onnx');
    const bytes = createModel((graph) => {
      graph.message(5, (tensor) => tensor.int(1, 2).int(2, 1).string(8, 'w').content(9, new Uint8Array(8)));
      graph.message(5, (tensor) => tensor.int(1, 3).int(2, 1).string(8, 'w').content(9, new Uint8Array(8)));
    });
    writeFileSync(file, bytes);
    const { warnings } = await readModel(file);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/"w".*needs 12 bytes.*has 8/);
    expect(warnings[1]).toMatch(/"w" occurs more than once/);
  });
});

describe('a payload', () => {
  it('beyond 4 GiB is skipped, and positions behind it are exact', async () => {
    const weightBytes = 5 * 2 ** 30 + 12;
    const before = new WireWriter()
      .int(1, weightBytes / 4)
      .int(2, 1)
      .string(8, 'w')
      .header(9, weightBytes)
      .finish();
    const tensorHeader = new WireWriter().header(5, before.length + weightBytes).finish();
    const after = new WireWriter()
      .message(1, (node) => node.string(1, 'w').string(2, 'y').string(4, 'Identity'))
      .message(5, (tensor) => tensor.int(1, 500).int(2, 1).string(8, 'v').content(9, new Uint8Array(2000)))
      .finish();
    const graphLength = tensorHeader.length + before.length + weightBytes + after.length;
    const graphHeader = new WireWriter().int(1, 8).header(7, graphLength).finish();
    const start = Buffer.concat([graphHeader, tensorHeader, before]);
    const source = openSourceWithHole(start, weightBytes, after);
    const facts = { path: '/huge.onnx', sizeBytes: source.size, modifiedMs: 0 };
    const { graph } = await readModelFrom(source, facts);
    expect(graph.nodes[0].inputs).toEqual(['w']);
    expect(graph.initializers.get('w')?.payload).toMatchObject({
      ranges: [{ offset: start.length, length: weightBytes }],
    });
    expect(graph.initializers.get('v')?.payload).toMatchObject({ ranges: [{ offset: source.size - 2000 }] });
  });
});

describe('limits', () => {
  const lite0 = path.join(root, 'media/demo/efficientnet-lite0.onnx');

  for (const [limits, says] of [
    [{ nodes: 50 }, '50 nodes'],
    [{ tensors: 50 }, '50 stored tensors'],
    [{ items: 100 }, '100 names'],
    [{ nameBytes: 3 }, 'a name of'],
    [{ elapsedMs: -1 }, 'longer than'],
    [{ structureBytes: 2 ** 14 }, 'MiB of structure'],
  ] as const) {
    it(`stop a file that needs more than ${JSON.stringify(limits)}`, async () => {
      const reading = readModel(lite0, { limits });
      await expect(reading).rejects.toMatchObject({ code: 'tooLarge' });
      await expect(reading).rejects.toThrow(says);
    });
  }

  it('hold for messages that are known from before, too', async () => {
    const repeat = (count: number, write: () => void): void => Array.from({ length: count }).forEach(write);
    const attributes = new WireWriter();
    repeat(300, () => attributes.message(5, (attribute) => attribute.string(1, 'axis').int(3, 1).int(20, 2)));
    const sizes = new WireWriter();
    repeat(16, () => sizes.message(1, (size) => size.int(1, 2)));
    const types = new WireWriter();
    repeat(300, () => types.message(2, (type) => type.message(1, (tensor) => tensor.content(2, sizes.finish()))));
    for (const [field, content, items] of [
      [1, attributes, 200],
      [11, types, 300 * 16],
    ] as const) {
      const file = path.join(folder, 'repeating.onnx');
      const model = new WireWriter()
        .int(1, 8)
        .message(7, (graph) => graph.content(field, content.finish()).message(1, (node) => node.string(4, 'Relu')));
      writeFileSync(file, model.finish());
      await expect(readModel(file)).resolves.toBeDefined();
      await expect(readModel(file, { limits: { items } })).rejects.toMatchObject({ code: 'tooLarge' });
    }
  });

  it('cut texts, not files', async () => {
    const { docString, metadata } = await readModel(path.join(root, 'test/fixtures/structure/features.onnx'), {
      limits: { textBytes: 6 },
    });
    expect(docString).toBe('');
    expect([...metadata.keys()]).toEqual(['empty']);
  });
});

describe('reading a large structure', () => {
  const file = path.join(folder, 'large.onnx');
  const nodes = 300_000;
  writeFileSync(
    file,
    createModel((graph) => {
      const node = new WireWriter().string(1, 'x').string(2, 'y').string(4, 'Relu').finish();
      for (let index = 0; index < nodes; index++) {
        graph.content(1, node);
      }
    }),
  );

  it('lets timers run in between', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    const model = await readModel(file);
    clearInterval(timer);
    expect(model.graph.nodes).toHaveLength(nodes + 1);
    expect(ticks).toBeGreaterThan(0);
  });

  it('stops when it is aborted on the way, and at once when it was before', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    await expect(readModel(file, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(readModel(file, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

function createModel(write: (graph: WireWriter) => void): Uint8Array {
  return new WireWriter()
    .int(1, 8)
    .message(7, (graph) => {
      graph.message(1, (node) => node.string(1, 'x').string(2, 'y').string(4, 'Identity'));
      write(graph);
    })
    .message(8, (opset) => opset.int(2, 17))
    .finish();
}

/** `start`, then `hole` zeros that exist nowhere, then `end`. Reading ahead may see a window of the hole. */
function openSourceWithHole(start: Uint8Array, hole: number, end: Uint8Array): ByteSource {
  return {
    size: start.length + hole + end.length,
    read(target, offset) {
      const isHole = offset >= start.length && offset < start.length + hole;
      if (isHole && target.length > 64 * 1024) {
        throw new Error('the weights were read');
      }
      const behind = offset < start.length ? start.subarray(offset) : end.subarray(offset - start.length - hole);
      const part = isHole ? new Uint8Array(target.length) : behind.subarray(0, target.length);
      target.set(part);
      return part.length;
    },
  };
}
