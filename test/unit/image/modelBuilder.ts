import type { Attribute, ElementType, GraphNode, Model, Shape, TensorInfo } from '../../../src/graph/model';

export function createFloats(name: string, values: readonly number[]): TensorInfo {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  const payload = { kind: 'inline', field: 'raw_data', bytes } as const;
  return { name, elementType: 'float32', dims: [values.length], payload };
}

export interface ModelParts {
  readonly inputs?: readonly (readonly [name: string, shape: Shape, elementType?: ElementType])[];
  readonly nodes?: readonly (readonly [
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ])[];
  readonly constants?: Readonly<Record<string, readonly number[]>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A model's structure without a file; by default one float32 input `image` [batch, 3, 224, 224]. */
export function createModel(parts: ModelParts = {}): Model {
  const { inputs = [['image', ['batch', 3, 224, 224]]], nodes = [], constants = {}, metadata = {} } = parts;
  const tensors = Object.entries(constants).map(([name, values]) => [name, createFloats(name, values)] as const);
  return {
    path: '/models/net.onnx',
    sizeBytes: 0,
    modifiedMs: 0,
    irVersion: 8,
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    opsets: new Map([['', 17]]),
    metadata: new Map(Object.entries(metadata)),
    functions: [],
    warnings: [],
    graph: {
      name: '',
      docString: '',
      metadata: new Map(),
      nodes: nodes.map(([opType, nodeInputs, outputs, attributes = {}], index): GraphNode => {
        const map = new Map(Object.entries(attributes));
        return { index, name: '', opType, domain: '', inputs: nodeInputs, outputs, attributes: map };
      }),
      initializers: new Map(tensors),
      sparseInitializers: new Map(),
      inputs: inputs.map(([name, shape, elementType = 'float32']) => ({ name, shape, elementType })),
      outputs: [],
      valueInfo: new Map(),
    },
  };
}
