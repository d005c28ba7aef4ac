import type {
  Attribute,
  Graph,
  GraphNode,
  Model,
  SparseTensorInfo,
  TensorInfo,
  ValueInfo,
} from '../../../src/graph/model';

/** One line per thing of the structure: the same text as test/fixtures/structure/generate.py writes. */
export function describeModel(model: Model): string[] {
  return [
    `model ${model.irVersion} ${model.producerName} ${model.producerVersion}`,
    ...[...model.opsets].map(([domain, version]) => `opset ${domain} ${version}`),
    ...[...model.metadata].map(([key, value]) => `metadata ${key} ${value}`),
    ...model.functions.flatMap((definition) => [
      `function ${definition.domain} ${definition.name} (${definition.inputs.join()}) (${definition.outputs.join()})`,
      ...definition.nodes.flatMap(describeNode),
    ]),
    ...describeGraph(model.graph),
  ];
}

export function describeValue({ name, elementType, shape }: ValueInfo): string {
  if (elementType === null) {
    return `${name} null`;
  }
  return `${name} ${elementType} ${shape === null ? 'null' : `[${shape.map((size) => size ?? 'null').join()}]`}`;
}

function describeGraph(graph: Graph): string[] {
  return [
    `graph ${graph.name}`,
    ...graph.nodes.flatMap(describeNode),
    ...[...graph.initializers.values()].map((tensor) => `initializer ${describeTensor(tensor)}`),
    ...[...graph.sparseInitializers.values()].map((tensor) => `sparse ${describeSparseTensor(tensor)}`),
    ...graph.inputs.map((value) => `input ${describeValue(value)}`),
    ...graph.outputs.map((value) => `output ${describeValue(value)}`),
    ...[...graph.valueInfo.values()].map((value) => `value ${describeValue(value)}`),
  ];
}

function describeNode(node: GraphNode): string[] {
  return [
    `node ${node.opType} ${node.domain} ${node.name} (${node.inputs.join()}) (${node.outputs.join()})`,
    ...[...node.attributes].flatMap(([name, attribute]) => [
      `attribute ${name} ${describeAttribute(attribute)}`,
      ...(attribute.type === 'graph' ? describeGraph(attribute.value) : []),
      ...(attribute.type === 'graphs' ? attribute.value.flatMap(describeGraph) : []),
    ]),
  ];
}

function describeAttribute(attribute: Attribute): string {
  switch (attribute.type) {
    case 'float':
      return `float ${toFloatBits(attribute.value)}`;
    case 'floats':
      return `floats ${attribute.value.map(toFloatBits).join()}`;
    case 'tensor':
      return `tensor ${describeTensor(attribute.value)}`;
    case 'tensors':
      return `tensors ${attribute.value.map(describeTensor).join()}`;
    case 'sparse_tensor':
      return `sparse_tensor ${describeSparseTensor(attribute.value)}`;
    case 'graph':
    case 'graphs':
      return attribute.type;
    case 'reference':
      return `ref ${attribute.value}`;
    case 'int':
      return `int ${toDigits(attribute.value)}`;
    case 'ints':
      return `ints ${attribute.value.map(toDigits).join()}`;
    case 'string':
    case 'other':
      return `${attribute.type} ${attribute.value}`;
    case 'strings':
      return `strings ${attribute.value.join()}`;
  }
}

/** Every digit of the double, as Python prints it. */
function toDigits(value: number): string {
  return BigInt(value).toString();
}

function describeSparseTensor({ dims, values, indices }: SparseTensorInfo): string {
  return `[${dims.join()}] ${describeTensor(values)} ${describeTensor(indices)}`;
}

function describeTensor({ name, elementType, dims, payload }: TensorInfo): string {
  return `${name} ${elementType} [${dims.join()}] ${computeRawBytes(payload)}`;
}

function computeRawBytes(payload: TensorInfo['payload']): number {
  if (payload.kind === 'inline') {
    return payload.field === 'raw_data' ? payload.bytes.byteLength : 0;
  }
  if (payload.kind === 'file' && payload.field === 'raw_data') {
    return payload.ranges.reduce((sum, range) => sum + range.length, 0);
  }
  return 0;
}

function toFloatBits(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes.toString('hex');
}
