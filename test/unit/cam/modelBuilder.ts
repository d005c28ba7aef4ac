import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ElementType } from '../../../src/graph/model';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import type {
  EmittedAttribute,
  EmittedNode,
  EmittedTensor,
  EmittedValue,
  GraphExtension,
} from '../../../src/onnx/graphExtension';
import { float32Tensor, int64Tensor } from '../../../src/onnx/graphExtension';
import { WireWriter } from '../../../src/onnx/wireWriter';

type AttributeValue = number | string | readonly number[];

/** Writes small models node by node, with seeded weights, for spellings that no fixture has. */
export class ModelBuilder {
  readonly opset: number;
  readonly #nodes: EmittedNode[] = [];
  readonly #initializers: EmittedTensor[] = [];
  readonly #inputs: EmittedValue[] = [];
  readonly #outputs: EmittedValue[] = [];
  readonly #domains: string[] = [];
  readonly #functions: { readonly name: string; readonly inputs: readonly string[]; readonly body: ModelBuilder }[] =
    [];
  #random = createRandom(7);
  #count = 0;

  constructor(opset = 17) {
    this.opset = opset;
  }

  input(shape: readonly (number | string)[], elementType: ElementType = 'float32', name = 'input'): string {
    this.#inputs.push({ name, elementType, shape });
    return name;
  }

  output(name: string, elementType: ElementType = 'float32'): void {
    this.#outputs.push({ name, elementType, shape: null });
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    { domain = '', outputs = 1, name }: { domain?: string; outputs?: number; name?: string } = {},
  ): string {
    const label = name ?? `${opType.toLowerCase()}_${this.#count++}`;
    const names = Array.from({ length: outputs }, (_, index) => (index === 0 ? label : `${label}.${index}`));
    const emitted = Object.entries(attributes).map(([key, value]) => [key, toAttribute(key, value)] as const);
    this.#nodes.push({ opType, domain, name: label, inputs, outputs: names, attributes: Object.fromEntries(emitted) });
    if (domain !== '' && !this.#domains.includes(domain)) {
      this.#domains.push(domain);
    }
    return label;
  }

  /** Seeded weights, uniform in ±scale. */
  weight(dims: readonly number[], scale = 0.5, offset = 0): string {
    const count = dims.reduce((product, size) => product * size, 1);
    return this.values(
      dims,
      Array.from({ length: count }, () => (this.#random() * 2 - 1) * scale + offset),
    );
  }

  values(dims: readonly number[], values: readonly number[]): string {
    return this.#keep((name) => float32Tensor(name, dims, values));
  }

  int64(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#keep((name) => int64Tensor(name, dims, values));
  }

  raw(elementType: ElementType, dims: readonly number[], data: Uint8Array): string {
    return this.#keep((name) => ({ name, elementType, dims, data }));
  }

  #keep(create: (name: string) => EmittedTensor): string {
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push(create(name));
    return name;
  }

  /** A model-local function in the domain "local"; `body` declares its outputs with `output`. */
  function(name: string, inputs: readonly string[], body: ModelBuilder): void {
    this.#functions.push({ name, inputs, body });
  }

  /** Two convolutions with ReLU: [N, 3, 2·height, 2·width] → [N, channels, height, width]. */
  trunk(channels: number, input = 'input'): string {
    const first = this.node('Relu', [this.conv(input, 3, 6, 3, [1, 1, 1, 1])]);
    return this.node('Relu', [this.conv(first, 6, channels, 3, [1, 1, 1, 1], [2, 2])], {}, { name: 'features' });
  }

  conv(
    input: string,
    inputs: number,
    outputs: number,
    kernel: number,
    pads: readonly number[] = [0, 0, 0, 0],
    strides: readonly number[] = [1, 1],
  ): string {
    const weight = this.weight([outputs, inputs, kernel, kernel]);
    const attributes = { kernel_shape: [kernel, kernel], pads, strides };
    return this.node('Conv', [input, weight, this.weight([outputs])], attributes);
  }

  gemm(input: string, inputs: number, outputs: number, name?: string): string {
    const weights = [this.weight([outputs, inputs]), this.weight([outputs])];
    return this.node('Gemm', [input, ...weights], { transB: 1 }, name === undefined ? {} : { name });
  }

  get parts(): GraphExtension {
    return {
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }

  /** ModelProto: ir_version = 1, opset_import = 8, functions = 25; the graph is merged from what follows. */
  toBytes(): Uint8Array {
    const header = new WireWriter();
    header.int(1, this.opset >= 19 ? 9 : 8);
    header.message(8, (opset) => opset.string(1, '').int(2, this.opset));
    for (const domain of [...this.#domains, ...(this.#functions.length > 0 ? ['local'] : [])]) {
      header.message(8, (opset) => opset.string(1, domain).int(2, 1));
    }
    const functions = this.#functions.map((each) => writeFunction(each, this.opset));
    return Buffer.concat([header.finish(), ...functions, emitExtensionBytes(this.parts)]);
  }

  /** Writes the model to a temporary file and returns its path. */
  save(): string {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'headlight-')), 'model.onnx');
    writeFileSync(file, this.toBytes());
    return file;
  }
}

/** FunctionProto: name 1, input 4, output 5, node 7, opset_import 9, domain 10. */
function writeFunction(
  { name, inputs, body }: { readonly name: string; readonly inputs: readonly string[]; readonly body: ModelBuilder },
  opset: number,
): Uint8Array {
  const graph = emitExtensionBytes({ nodes: body.parts.nodes, initializers: [], inputs: [], outputs: [] });
  const nodes = relabelField(unwrap(graph), 1, 7);
  const head = new WireWriter().string(1, name);
  inputs.forEach((input) => head.string(4, input));
  body.parts.outputs.forEach((output) => head.string(5, output.name));
  head.message(9, (set) => set.string(1, '').int(2, opset)).string(10, 'local');
  return new WireWriter().content(25, Buffer.concat([head.finish(), nodes])).finish();
}

/** Content of the only length-delimited field of a message. */
function unwrap(bytes: Uint8Array): Uint8Array {
  let offset = 1;
  while (bytes[offset] >= 0x80) {
    offset++;
  }
  return bytes.subarray(offset + 1);
}

/** Gives every length-delimited field of one number another one. */
function relabelField(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let offset = 0; offset < copy.length;) {
    if (copy[offset] !== ((from << 3) | 2)) {
      throw new Error('A body of nodes only was expected.');
    }
    copy[offset++] = (to << 3) | 2;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = copy[offset++];
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        break;
      }
    }
    offset += length;
  }
  return copy;
}

const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set(['alpha', 'beta', 'epsilon', 'ratio', 'value_float']);

function toAttribute(name: string, value: AttributeValue): EmittedAttribute {
  if (typeof value === 'string') {
    return { type: 'string', value };
  }
  if (typeof value === 'number') {
    return { type: FLOAT_ATTRIBUTES.has(name) ? 'float' : 'int', value };
  }
  return { type: 'ints', value };
}

/** Mulberry32: the same numbers on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
