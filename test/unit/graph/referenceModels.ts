import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const shared = path.join(root, '../shared/data');

/** Where a model of the reference data is: in the data itself, or the copy of it that is kept here; null: neither. */
export function findReferenceModel(name: string): string | null {
  const kept = name
    .replace(/^(heads|light)\//, 'test/fixtures/$1/')
    .replace(/^shapes\//, 'media/demo/shapes/')
    .replace('models/lite0_dynamo_dyn.onnx', 'media/demo/efficientnet-lite0.onnx');
  return [path.join(shared, name), path.join(root, kept)].find((candidate) => existsSync(candidate)) ?? null;
}

export const fixtures = path.join(root, 'test/fixtures');
