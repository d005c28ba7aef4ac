import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../src/onnx/readModel';
import reference from '../../fixtures/structure/reference.json';
import { describeModel, describeValue } from './describeModel';

const root = path.resolve(__dirname, '../../..');
/** Models of the demo workspace are always there; the others where the project's reference data is mounted. */
const folders = [path.join(root, 'media'), path.join(root, '../shared/data'), path.join(root, 'test/fixtures')];

function findModel(name: string): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

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
