import { readInt, readInts, readString } from '../../graph/attributes';
import type { GraphNode } from '../../graph/model';
import { readElementwise } from './elementwise';
import type { ClassMaps, LinearStep, Quantization, StoredValue } from './headDescription';
import type { HeadGraph } from './headGraph';
import { listDataInputs } from './headGraph';
import { findQuantization } from './quantizedValue';
import { readLinearLayer } from './linearLayers';
import { keepsOrder } from './relabelling';
import type { Atom } from './relabelling';

/** Class maps and the value their linear layer reads. */
export interface ClassMapSearch {
  readonly classMaps: ClassMaps;
  readonly featureMap: string;
  readonly nodes: readonly GraphNode[];
}

/**
 * Walks back from what the pool reads, through element-wise steps, to the layer that makes one map per class:
 * a 1×1 convolution (or one that keeps the map's size), or a matrix over the last axis. null when there is none.
 */
export function findClassMaps(graph: HeadGraph, pooled: string, channel: Atom): ClassMapSearch | null {
  const nodes: GraphNode[] = [];
  const steps: ClassMaps['steps'][number][] = [];
  let value = pooled;
  for (;;) {
    const node = graph.index.producerOf.get(value);
    if (node === undefined || listDataInputs(graph, node).length !== 1) {
      return null;
    }
    nodes.unshift(node);
    const layer = readClassLayer(graph, node, channel);
    if (layer !== null) {
      const classMaps: ClassMaps = {
        tensor: pooled,
        steps,
        ...layer,
        elementType: graph.elementTypeOf(pooled) ?? 'float32',
        quantization: findQuantization(graph, pooled),
      };
      return { classMaps, featureMap: layer.layer.input, nodes };
    }
    const step = readMapStep(graph, node, value, channel);
    if (step === null) {
      return null;
    }
    steps.unshift(step);
    value = step.input;
  }
}

function readMapStep(
  graph: HeadGraph,
  node: GraphNode,
  output: string,
  channel: Atom,
): ClassMaps['steps'][number] | null {
  const input = listDataInputs(graph, node)[0] ?? '';
  const before = graph.shapeOf(input);
  const after = graph.shapeOf(output);
  if (before === null || after === null || before.join() !== after.join()) {
    return null;
  }
  if (node.opType !== 'Transpose' && keepsOrder(graph, node)) {
    return { kind: 'relabel', node: node.index, input, output };
  }
  if (node.opType === 'BatchNormalization' && channel !== 1) {
    return null;
  }
  const step = readElementwise(graph, node, (constant) => isPerChannel(constant, after, channel));
  const isKnown =
    step?.kind === 'affine' || step?.kind === 'rectifier' || step?.kind === 'relabel' || step?.kind === 'round';
  return isKnown ? step : null;
}

function isPerChannel(constant: StoredValue, shape: readonly number[], channel: Atom): boolean {
  const count = constant.dims.reduce((product, size) => product * size, 1);
  const position = channel - (shape.length - constant.dims.length);
  return count === 1 || (count === shape[channel] && constant.dims[position] === count);
}

type ClassLayer = Pick<ClassMaps, 'layer' | 'kernel' | 'padding' | 'dilation'>;

function readClassLayer(graph: HeadGraph, node: GraphNode, channel: Atom): ClassLayer | null {
  if (node.opType === 'Conv' || node.opType === 'QLinearConv') {
    return channel === 1 ? readClassConvolution(graph, node) : null;
  }
  const layer = readLinearLayer(graph, node);
  const shape = layer && graph.shapeOf(layer.input);
  const isLastAxis = shape !== null && shape.at(-1) === layer?.inputs && channel === shape.length - 1;
  return layer !== null && isLastAxis ? { layer, kernel: [1, 1], padding: [0, 0], dilation: [1, 1] } : null;
}

function readClassConvolution(graph: HeadGraph, node: GraphNode): ClassLayer | null {
  const isQuantized = node.opType === 'QLinearConv';
  const [kernelName, biasName] = isQuantized ? [node.inputs[3], node.inputs[8]] : [node.inputs[1], node.inputs[2]];
  const [, inputScale = '', , , scale = '', zeroPoint] = node.inputs;
  const quantization = (scales: readonly string[], zero: string | null): Quantization | null =>
    isQuantized ? { scales, zeroPoint: zero, axis: 0 } : null;
  const input = node.inputs[0] ?? '';
  const weight = graph.storedValueOf(kernelName, quantization([scale], zeroPoint ?? null));
  const before = graph.shapeOf(input)?.slice(2).join();
  const after = graph
    .shapeOf(node.outputs[0] ?? '')
    ?.slice(2)
    .join();
  const plain =
    (readInt(node, 'group') ?? 1) === 1 && (readInts(node, 'strides') ?? []).every((stride) => stride === 1);
  if (weight === null || !plain || before === undefined || before !== after || !graph.isData(input)) {
    return null;
  }
  const [outputs = 1, inputs = 1, height = 1, width = 1] =
    weight.dims.length === 3 ? [weight.dims[0], weight.dims[1], 1, weight.dims[2]] : weight.dims;
  const layer: LinearStep = {
    kind: 'linear',
    node: node.index,
    input,
    output: node.outputs[0] ?? '',
    weight,
    orientation: 'outputsFirst',
    inputs: inputs * height * width,
    outputs,
    scale: 1,
    bias: graph.storedValueOf(biasName, quantization([inputScale, scale], null)),
    biasScale: 1,
    roundedTo: isQuantized ? (node.inputs[6] ?? null) : null,
  };
  return { layer, kernel: [height, width], ...readWindow(node, height, width) };
}

/** A window that keeps the map's size: padding from the attributes, or half of what the kernel overlaps. */
function readWindow(node: GraphNode, height: number, width: number): Pick<ClassMaps, 'padding' | 'dilation'> {
  const dilations = readInts(node, 'dilations') ?? [];
  const dilation: [number, number] =
    dilations.length === 1 ? [1, dilations[0] ?? 1] : [dilations[0] ?? 1, dilations[1] ?? 1];
  const automatic = readString(node, 'auto_pad') ?? 'NOTSET';
  if (automatic.startsWith('SAME')) {
    const round = automatic === 'SAME_UPPER' ? Math.floor : Math.ceil;
    return { padding: [round(((height - 1) * dilation[0]) / 2), round(((width - 1) * dilation[1]) / 2)], dilation };
  }
  const pads = readInts(node, 'pads') ?? [];
  return { padding: pads.length === 2 ? [0, pads[0] ?? 0] : [pads[0] ?? 0, pads[1] ?? 0], dilation };
}
