import type {
  HeadReport,
  InitializerReport,
  LayerReport,
  ModelReport,
  ReportShape,
} from '../../../src/protocol/modelReport';

/** Builds reports as one would write a graph down: `layer('Conv', 'x w -> y')`. */
export function layer(
  opType: string,
  flow: string,
  more: Partial<LayerReport> & { shape?: ReportShape } = {},
): LayerReport {
  const [inputs, outputs] = flow.split('->').map((names) => names.trim().split(/\s+/).filter(Boolean));
  const { shape = [1, 8, 14, 14], ...rest } = more;
  return {
    index: 0,
    name: '',
    opType,
    domain: '',
    inputs: inputs,
    outputs: outputs.map((name) => ({ name, type: 'float32', shape })),
    attributes: [],
    parameters: 0,
    macs: 0,
    activationBytes: 0,
    weightBytes: 0,
    ...rest,
  };
}

export function parameter(name: string, shape: readonly number[] = [8]): InitializerReport {
  return {
    name,
    type: 'float32',
    shape,
    sizeBytes: 4 * shape.reduce((a, b) => a * b, 1),
    role: 'parameter',
    storage: 'file',
  };
}

export const NO_HEAD: HeadReport = {
  kind: 'none',
  exact: false,
  reason: 'There is no head.',
  classes: null,
  channels: null,
  height: null,
  width: null,
  featureMap: null,
  layout: null,
  logits: null,
  activation: null,
  parameters: 0,
  nodes: [],
  current: null,
  gap: null,
  fc: null,
  ratio: null,
};

/** Layers are numbered in the order given; `initializers` by name are parameters. */
export function report(
  layers: readonly LayerReport[],
  {
    input = 'x',
    output = 'y',
    initializers = [],
    ...more
  }: Partial<Omit<ModelReport, 'initializers'>> & {
    input?: string;
    output?: string;
    initializers?: readonly (string | InitializerReport)[];
  } = {},
): ModelReport {
  const value = (name: string) => ({ name, type: 'float32', shape: [1, 3, 28, 28], boundShape: [1, 3, 28, 28] });
  return {
    schema: 1,
    file: { path: '/models/model.onnx', name: 'model.onnx', sizeBytes: 1000 },
    format: 'onnx',
    irVersion: 8,
    producer: 'test',
    docString: '',
    opsets: { '': 17 },
    metadata: {},
    graph: { name: 'main', docString: '', metadata: {} },
    inputs: [value(input)],
    outputs: [value(output)],
    layers: layers.map((one, index) => ({ ...one, index })),
    initializers: initializers.map((one) => (typeof one === 'string' ? parameter(one) : one)),
    functions: [],
    totals: {
      nodes: layers.length,
      parameters: 0,
      macs: 0,
      unknownMacs: 0,
      activationBytes: 0,
      weightBytes: 0,
    },
    heads: [NO_HEAD],
    warnings: [],
    ...more,
  };
}

/** `count` residual blocks of three convolutions each, without any names that tell of blocks. */
export function residualChain(count: number): ModelReport {
  const layers: LayerReport[] = [];
  let input = 'x';
  for (let block = 0; block < count; block++) {
    let inner = input;
    for (let step = 0; step < 3; step++) {
      const output = `c${block}_${step}`;
      layers.push(layer('Conv', `${inner} w${block}${step} -> ${output}`), layer('Relu', `${output} -> r${output}`));
      inner = `r${output}`;
    }
    const output = block === count - 1 ? 'y' : `a${block}`;
    layers.push(layer('Add', `${inner} ${input} -> ${output}`));
    input = output;
  }
  const names = layers.flatMap(({ inputs }) => inputs.filter((name) => name.startsWith('w')));
  return report(layers, { initializers: names });
}
