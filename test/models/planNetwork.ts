/** One operation of a planned network. */
export interface PlannedNode {
  readonly opType: string;
  /** Name as PyTorch's exporter makes it, from the module's path: '/layer1/layer1.0/conv1/Conv'. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Of the output at a width, without the batch. */
  readonly shape: (width: number) => readonly number[];
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
}

/** A float32 tensor whose size grows with the network's width. */
export interface PlannedWeight {
  readonly name: string;
  /** Dimensions at a width; of convolutions [out, in / groups, kernel, kernel]. */
  readonly dims: (width: number) => readonly number[];
}

export interface PlannedNetwork {
  readonly nodes: readonly PlannedNode[];
  readonly weights: readonly PlannedWeight[];
  readonly input: string;
  readonly output: string;
}

/** Stands for the network's width in the attribute `group`: depthwise convolutions have as many groups as channels. */
export const GROUPS_ARE_WIDTH = -1;

export const IMAGE_SIZE = 224;
export const CLASSES = 1000;
const STAGES = 4;
/** Global average pool, flatten, fully connected. */
const HEAD_NODES = 3;

/**
 * An image classifier of exactly `nodeCount` (at least 20) operations: stem, four stages of residual blocks of several
 * kinds, GAP + linear head. The seed chooses the kinds; the same arguments always give the same network.
 */
export function planNetwork(nodeCount: number, seed: number): PlannedNetwork {
  const plan = new NetworkPlan();
  const random = createRandom(seed);
  let value = plan.convolve('/stem/conv', 'images', { kernel: 3, stride: 2, from: 'image' });
  value = plan.add('/stem/act', 'Relu', [value]);
  const trunkEnd = nodeCount - HEAD_NODES;
  for (let stage = 1; stage <= STAGES; stage++) {
    const stageEnd = Math.floor((trunkEnd * stage) / STAGES);
    for (let index = 0; plan.nodes.length < stageEnd; index++) {
      const rest = trunkEnd - plan.nodes.length;
      const fitting = blocks.filter(({ size }) => size <= rest);
      const module = `/layer${stage}/layer${stage}.${index}`;
      value =
        fitting.length === 0
          ? plan.add(`${module}/act`, 'Relu', [value])
          : fitting[Math.floor(random() * fitting.length)].add(plan, module, value, index === 0 ? 2 : 1);
    }
  }
  value = plan.pool('/head/pool', value);
  value = plan.add('/head/flatten', 'Flatten', [value], { axis: 1 }, (width) => [width]);
  const parameters = plan.addLinear('head.fc');
  plan.nodes.push({
    opType: 'Gemm',
    name: '/head/fc/Gemm',
    inputs: [value, ...parameters],
    output: 'logits',
    shape: () => [CLASSES],
    attributes: { transB: 1 },
  });
  return { nodes: plan.nodes, weights: plan.weights, input: 'images', output: 'logits' };
}

interface ConvolutionOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly from?: 'image' | 'width';
  readonly isDepthwise?: boolean;
}

class NetworkPlan {
  readonly nodes: PlannedNode[] = [];
  readonly weights: PlannedWeight[] = [];
  /** Height and width of feature maps. */
  readonly #sizes = new Map([['images', IMAGE_SIZE]]);

  /** Returns the name of the output, which has the size of the first input unless `shape` says otherwise. */
  add(
    module: string,
    opType: string,
    inputs: readonly string[],
    attributes: PlannedNode['attributes'] = {},
    shape?: PlannedNode['shape'],
  ): string {
    return this.#addSized(module, opType, inputs, attributes, this.#sizes.get(inputs[0]) ?? 1, shape);
  }

  pool(module: string, input: string): string {
    return this.#addSized(module, 'GlobalAveragePool', [input], {}, 1);
  }

  convolve(
    module: string,
    input: string,
    { kernel, stride = 1, from, isDepthwise = false }: ConvolutionOptions,
  ): string {
    const path = toParameterPath(module);
    const parameters = [`${path}.weight`, `${path}.bias`];
    const inputChannels = (width: number) => (from === 'image' ? 3 : isDepthwise ? 1 : width);
    this.weights.push({ name: parameters[0], dims: (width) => [width, inputChannels(width), kernel, kernel] });
    this.weights.push({ name: parameters[1], dims: (width) => [width] });
    const pad = (kernel - 1) / 2;
    const attributes = {
      dilations: [1, 1],
      group: isDepthwise ? GROUPS_ARE_WIDTH : 1,
      kernel_shape: [kernel, kernel],
      pads: [pad, pad, pad, pad],
      strides: [stride, stride],
    };
    const size = Math.ceil((this.#sizes.get(input) ?? 1) / stride);
    return this.#addSized(module, 'Conv', [input, ...parameters], attributes, size);
  }

  addLinear(path: string): readonly string[] {
    this.weights.push({ name: `${path}.weight`, dims: (width) => [CLASSES, width] });
    this.weights.push({ name: `${path}.bias`, dims: () => [CLASSES] });
    return [`${path}.weight`, `${path}.bias`];
  }

  #addSized(
    module: string,
    opType: string,
    inputs: readonly string[],
    attributes: PlannedNode['attributes'],
    size: number,
    shape: PlannedNode['shape'] = (width) => [width, size, size],
  ): string {
    const name = `${module}/${opType}`;
    const output = `${name}_output_0`;
    this.nodes.push({ opType, name, inputs, output, attributes, shape });
    this.#sizes.set(output, size);
    return output;
  }
}

/** '/layer1/layer1.0/conv1' → 'layer1.0.conv1', as `state_dict` names the parameters of that module. */
function toParameterPath(module: string): string {
  const [outer, inner, ...rest] = module.slice(1).split('/');
  return (inner.startsWith(outer) ? [inner, ...rest] : [outer, inner, ...rest]).join('.');
}

interface Block {
  /** Most nodes that it adds. */
  readonly size: number;
  add(plan: NetworkPlan, module: string, input: string, stride: number): string;
}

const blocks: readonly Block[] = [
  { size: 6, add: addBasicBlock },
  { size: 8, add: addBottleneck },
  { size: 15, add: addInvertedResidual },
];

/** ResNet's basic block. */
function addBasicBlock(plan: NetworkPlan, module: string, input: string, stride: number): string {
  const shortcut = addShortcut(plan, module, input, stride);
  let value = plan.convolve(`${module}/conv1`, input, { kernel: 3, stride });
  value = plan.add(`${module}/act1`, 'Relu', [value]);
  value = plan.convolve(`${module}/conv2`, value, { kernel: 3 });
  value = plan.add(module, 'Add', [value, shortcut]);
  return plan.add(`${module}/act2`, 'Relu', [value]);
}

/** ResNet's bottleneck. */
function addBottleneck(plan: NetworkPlan, module: string, input: string, stride: number): string {
  const shortcut = addShortcut(plan, module, input, stride);
  let value = plan.convolve(`${module}/conv1`, input, { kernel: 1 });
  value = plan.add(`${module}/act1`, 'Relu', [value]);
  value = plan.convolve(`${module}/conv2`, value, { kernel: 3, stride });
  value = plan.add(`${module}/act2`, 'Relu', [value]);
  value = plan.convolve(`${module}/conv3`, value, { kernel: 1 });
  value = plan.add(module, 'Add', [value, shortcut]);
  return plan.add(`${module}/act3`, 'Relu', [value]);
}

/** EfficientNet's block: expand, depthwise, squeeze and excite, project; SiLU as exporters write it. */
function addInvertedResidual(plan: NetworkPlan, module: string, input: string, stride: number): string {
  const shortcut = addShortcut(plan, module, input, stride);
  let value = plan.convolve(`${module}/conv_pw`, input, { kernel: 1 });
  value = addSilu(plan, `${module}/act1`, value);
  value = plan.convolve(`${module}/conv_dw`, value, { kernel: 5, stride, isDepthwise: true });
  value = addSilu(plan, `${module}/act2`, value);
  let gate = plan.pool(`${module}/se`, value);
  gate = plan.convolve(`${module}/se/conv_reduce`, gate, { kernel: 1 });
  gate = plan.add(`${module}/se/act`, 'Relu', [gate]);
  gate = plan.convolve(`${module}/se/conv_expand`, gate, { kernel: 1 });
  gate = plan.add(`${module}/se/gate`, 'Sigmoid', [gate]);
  value = plan.add(`${module}/se`, 'Mul', [value, gate]);
  value = plan.convolve(`${module}/conv_pwl`, value, { kernel: 1 });
  return plan.add(module, 'Add', [value, shortcut]);
}

function addSilu(plan: NetworkPlan, module: string, input: string): string {
  return plan.add(module, 'Mul', [input, plan.add(module, 'Sigmoid', [input])]);
}

/** The first block of a stage halves height and width, and its shortcut with them. */
function addShortcut(plan: NetworkPlan, module: string, input: string, stride: number): string {
  return stride === 1 ? input : plan.convolve(`${module}/downsample`, input, { kernel: 1, stride });
}

/** Mulberry32: uniform in [0, 1). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
