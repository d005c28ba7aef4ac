import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { WireWriter } from '../../src/onnx/wireWriter';
import type { PlannedNetwork, PlannedNode } from './planNetwork';
import { CLASSES, GROUPS_ARE_WIDTH, IMAGE_SIZE, planNetwork } from './planNetwork';

export interface GenerateOptions {
  /** Operations in the graph, at least 20. */
  readonly nodes: number;
  /** Bytes of weights, met as nearly as a whole number of channels allows. Default: 8 channels. */
  readonly weightBytes?: number;
  /** Weights in the model file (raw_data), or in MODEL.data beside it. */
  readonly storage?: 'file' | 'external';
  /** Whether the file declares the shape of every value (value_info), as many exporters do. Default: no. */
  readonly declaresShapes?: boolean;
  readonly seed?: number;
}

export interface GeneratedModel {
  readonly file: string;
  readonly nodes: number;
  /** Bytes of weights. */
  readonly weightBytes: number;
}

const FLOAT = 1;
const DEFAULT_CHANNELS = 8;

/** Written bytes, or a number of zero bytes that a sparse file does not even store. */
type Part = Uint8Array | number;

/**
 * Writes an image classifier with nodes and bytes of weights as wished, in seconds whatever its size: the weights are
 * zero, left out of the file as holes where the file system can. The same options give the same bytes.
 */
export function generateModel(
  file: string,
  { nodes, weightBytes, storage = 'file', declaresShapes = false, seed = 1 }: GenerateOptions,
): GeneratedModel {
  const network = planNetwork(nodes, seed);
  const width = weightBytes === undefined ? DEFAULT_CHANNELS : findWidth(network, weightBytes);
  const dataFile = `${path.basename(file, '.onnx')}.data`;
  const graph: Part[] = network.nodes.map((node) => message(1, writeNode(node, width)));
  graph.push(new WireWriter().string(2, 'generated').finish());
  let written = 0;
  for (const { name, dims } of network.weights) {
    const shape = dims(width);
    const length = countBytes(shape);
    const tensor = new WireWriter();
    shape.forEach((size) => tensor.int(1, size));
    tensor.int(2, FLOAT).string(8, name);
    if (storage === 'external') {
      writeExternalData(tensor, { location: dataFile, offset: String(written), length: String(length) });
      graph.push(message(5, tensor.finish()));
    } else {
      const header = tensor.header(9, length).finish();
      graph.push(new WireWriter().header(5, header.byteLength + length).finish(), header, length);
    }
    written += length;
  }
  graph.push(message(11, writeValue(network.input, ['batch', 3, IMAGE_SIZE, IMAGE_SIZE])));
  graph.push(message(12, writeValue(network.output, ['batch', CLASSES])));
  for (const { output, shape } of declaresShapes ? network.nodes : []) {
    graph.push(message(13, writeValue(output, ['batch', ...shape(width)])));
  }
  const header = new WireWriter()
    .int(1, 8)
    .string(2, 'headlight generateModel')
    .message(8, (opset) => opset.int(2, 17));
  const graphBytes = graph.reduce<number>((sum, part) => sum + sizeOf(part), 0);
  writeParts(file, [header.header(7, graphBytes).finish(), ...graph]);
  if (storage === 'external') {
    writeParts(path.join(path.dirname(file), dataFile), [written]);
  }
  return { file, nodes: network.nodes.length, weightBytes: written };
}

/** The number of channels whose weights come nearest below the wished size; sizes grow with its square. */
function findWidth({ weights }: PlannedNetwork, weightBytes: number): number {
  const bytesAt = (width: number) => weights.reduce((sum, { dims }) => sum + countBytes(dims(width)), 0);
  let [low, high] = [1, 2];
  while (bytesAt(high) <= weightBytes) {
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    [low, high] = bytesAt(middle) <= weightBytes ? [middle, high] : [low, middle];
  }
  return low;
}

function countBytes(dims: readonly number[]): number {
  return dims.reduce((count, size) => count * size, 4);
}

function message(field: number, content: Uint8Array): Uint8Array {
  return new WireWriter().content(field, content).finish();
}

/** NodeProto. */
function writeNode({ opType, name, inputs, output, attributes }: PlannedNode, width: number): Uint8Array {
  const writer = new WireWriter();
  inputs.forEach((input) => writer.string(1, input));
  writer.string(2, output).string(3, name).string(4, opType);
  for (const [attribute, value] of Object.entries(attributes)) {
    writer.message(5, (part) => {
      part.string(1, attribute);
      if (typeof value === 'number') {
        part.int(3, value === GROUPS_ARE_WIDTH ? width : value).int(20, 2);
      } else {
        value.forEach((element) => part.int(8, element));
        part.int(20, 7);
      }
    });
  }
  return writer.finish();
}

/** TensorProto.external_data and data_location. */
function writeExternalData(tensor: WireWriter, entries: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(entries)) {
    tensor.message(13, (entry) => entry.string(1, key).string(2, value));
  }
  tensor.int(14, 1);
}

/** ValueInfoProto of a float32 tensor. */
function writeValue(name: string, dims: readonly (number | string)[]): Uint8Array {
  return new WireWriter()
    .string(1, name)
    .message(2, (type) =>
      type.message(1, (tensor) =>
        tensor.int(1, FLOAT).message(2, (shape) => {
          dims.forEach((size) =>
            shape.message(1, (dim) => (typeof size === 'number' ? dim.int(1, size) : dim.string(2, size))),
          );
        }),
      ),
    )
    .finish();
}

function sizeOf(part: Part): number {
  return typeof part === 'number' ? part : part.byteLength;
}

/** Writes neighbouring bytes at once and skips over the zeros. */
function writeParts(file: string, parts: readonly Part[]): void {
  const descriptor = openSync(file, 'w');
  try {
    let position = 0;
    let pending: Uint8Array[] = [];
    const flush = () => {
      const bytes = Buffer.concat(pending);
      for (let done = 0; done < bytes.byteLength;) {
        done += writeSync(descriptor, bytes, done, bytes.byteLength - done, position + done);
      }
      position += bytes.byteLength;
      pending = [];
    };
    for (const part of parts) {
      if (typeof part === 'number') {
        flush();
        position += part;
      } else {
        pending.push(part);
      }
    }
    flush();
    ftruncateSync(descriptor, position);
  } finally {
    closeSync(descriptor);
  }
}
