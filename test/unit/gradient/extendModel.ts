import { readFileSync, statSync } from 'node:fs';
import type { GradientExtension, GradientRequest } from '../../../src/gradient/createGradientExtension';
import { createGradientExtension } from '../../../src/gradient/createGradientExtension';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import { openMemorySource } from '../../../src/onnx/byteSource';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import { assertExtensionFits } from '../../../src/onnx/graphExtension';
import { readModelFrom } from '../../../src/onnx/readModel';

export interface ExtendedModel {
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly gradient: GradientExtension;
}

/** A model with its derivatives appended. */
export async function extendModel(bytes: Uint8Array, request: GradientRequest): Promise<ExtendedModel> {
  const facts = { path: '/models/net.onnx', sizeBytes: bytes.byteLength, modifiedMs: 0 };
  const model = await readModelFrom(openMemorySource(bytes), facts);
  const gradient = createGradientExtension(model, indexGraph(model.graph), inferShapes(model), request);
  assertExtensionFits(model.graph, gradient.extension);
  return { bytes: Buffer.concat([bytes, emitExtensionBytes(gradient.extension)]), model, gradient };
}

export function extendFile(path: string, request: GradientRequest): Promise<ExtendedModel> {
  return extendModel(readFileSync(path).subarray(0, statSync(path).size), request);
}
