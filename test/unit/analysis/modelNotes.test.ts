import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toBodyGraph } from '../../../src/analysis/report/bodyGraph';
import { findBodyPlace } from '../../../src/analysis/report/bodyPlace';
import { reportBody } from '../../../src/analysis/report/bodyReport';
import { readLayerNotes, readModelNotes } from '../../../src/analysis/report/modelNotes';
import { inferShapes } from '../../../src/graph/inferShapes';
import { inspectModel } from '../../../src/inspectModel';
import { readModel } from '../../../src/onnx/readModel';
import { readNotes } from '../../../src/onnx/readNotes';
import { WireWriter } from '../../../src/onnx/wireWriter';
import reference from '../../fixtures/notes/reference.json';
import { createRandom, shuffleModel } from '../onnx/shuffleProtobuf';

const file = path.resolve(__dirname, '../../fixtures/notes/model.onnx');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-notes-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('documentation and metadata', () => {
  it('of model, graph, functions, values, stored tensors and layers are what the onnx package reads', async () => {
    const notes = await readModelNotes(await readModel(file));
    expect(notes).toEqual(reference);
    expect(Object.keys(notes.layers[0].metadata)).toEqual(Object.keys(reference.layers[0].metadata));
  });

  it('are the same in every spelling of the file', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const other = path.join(folder, `${seed}.onnx`);
      writeFileSync(other, shuffleModel(readFileSync(file), createRandom(seed)));
      const { layers, values, ...notes } = await readModelNotes(await readModel(other));
      expect(notes, `seed ${seed}`).toMatchObject({ model: reference.model, graph: reference.graph });
      expect(values).toEqual(reference.values);
      expect(layers.map(({ docString, metadata }) => ({ docString, metadata }))).toEqual(
        expect.arrayContaining(reference.layers.map(({ docString, metadata }) => ({ docString, metadata }))),
      );
    }
  });

  it('are read of layers and values inside a body', async () => {
    const model = await readModel(file);
    const inferred = inferShapes(model);
    const branch = [{ layer: 1, body: 0 }];
    const report = reportBody(model, inferred, branch);
    expect(report.layers.map(({ name, hasNotes }) => [name, hasNotes])).toEqual([['inner', true]]);
    const place = findBodyPlace(model.graph, inferred, branch);
    const { graph } = toBodyGraph(place, place.body!);
    expect(await readLayerNotes({ ...model, graph }, 0, ['c', 'n'])).toEqual({
      layer: { docString: 'inside', metadata: {} },
      called: null,
      values: {},
    });
  });

  it('of one layer come with those of the function it calls and of its values', async () => {
    const model = await readModel(file);
    const [conv] = reference.layers;
    expect(await readLayerNotes(model, 0, ['x', 'w', 'c'])).toEqual({
      layer: { docString: conv.docString, metadata: conv.metadata },
      called: null,
      values: { x: reference.values.x, w: reference.values.w },
    });
    const called = reference.functions['local:Act:half'];
    expect(await readLayerNotes(model, 2, ['b', 'y'])).toEqual({ layer: null, called, values: {} });
    expect(await readLayerNotes(model, null, ['z'])).toEqual({
      layer: null,
      called: null,
      values: { z: reference.values.z },
    });
  });

  it('of nodes inside functions and sub-graphs are found as well', async () => {
    const { graph, functions } = await readModel(file);
    const branch = graph.nodes[1].attributes.get('then_branch');
    const inner = branch?.type === 'graph' ? branch.value : null;
    expect(inner?.docString).toBe('a branch');
    const nodes = [...(inner?.nodes ?? []), ...functions[0].nodes];
    const places = nodes.flatMap(({ notes }) => (notes === undefined ? [] : [{ kind: 'node' as const, range: notes }]));
    const notes = await readNotes(await readModel(file), places);
    expect(notes.map(({ docString }) => docString)).toEqual(['inside', 'in a function']);
  });

  it('are announced in the report, so that nobody asks in vain', async () => {
    const { layers, inputs, outputs, graph } = await inspectModel(file);
    expect(layers.map(({ name, hasNotes }) => [name, hasNotes ?? false])).toEqual([
      ['node_conv2d', true],
      ['choice', true],
      ['act', true],
      ['plain', true], // its output is an output of the model that has some
    ]);
    expect([...inputs, ...outputs].map(({ hasNotes }) => hasNotes ?? false)).toEqual([true, false, true]);
    expect(graph).toEqual(reference.graph);
    const demo = await inspectModel(path.resolve(__dirname, '../../../media/demo/efficientnet-lite0.onnx'));
    expect(demo.layers.filter(({ hasNotes }) => hasNotes)).toEqual([]);
  });

  it('are not read from a file that changed meanwhile', async () => {
    const changing = path.join(folder, 'changing.onnx');
    copyFileSync(file, changing);
    const model = await readModel(changing);
    utimesSync(changing, new Date(), new Date(0));
    await expect(readLayerNotes(model, 0, [])).rejects.toMatchObject({ code: 'fileChanged' });
  });

  it('say so when their bytes are damaged; a text beyond the limit is left out', async () => {
    const write = async (name: string, entry: (writer: WireWriter) => void): Promise<string> => {
      const target = path.join(folder, name);
      const node = new WireWriter().string(2, 'y').string(4, 'Constant').message(9, entry);
      const graph = new WireWriter().content(1, node.finish());
      writeFileSync(target, new WireWriter().int(1, 10).content(7, graph.finish()).finish());
      return Promise.resolve(target);
    };
    const damaged = await readModel(await write('damaged.onnx', (entry) => entry.header(2, 1000)));
    await expect(readLayerNotes(damaged, 0, [])).rejects.toMatchObject({
      code: 'notOnnx',
      message: expect.stringContaining('notes in damaged.onnx are damaged') as unknown,
    });
    const long = 'x'.repeat(2 ** 20 + 1);
    const longer = await readModel(await write('long.onnx', (entry) => entry.string(1, 'key').string(2, long)));
    expect(await readLayerNotes(longer, 0, [])).toMatchObject({ layer: { docString: '', metadata: {} } });
  });
});
