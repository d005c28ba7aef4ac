import { computeSizeBytes } from '../../graph/elementTypes';
import type { ElementType } from '../../graph/model';
import type { AffineOperation, ClassMaps, HeadStep, StoredValue } from './headDescription';
import type { HeadGraph } from './headGraph';

/** Trainable elements of a head, tensors shared by several layers counted once. */
export interface HeadParameters {
  readonly count: number;
  readonly bytes: number;
  /** Of the last linear layer's weights, as stored. */
  readonly weightElementType: ElementType | null;
}

export function countHeadParameters(
  graph: HeadGraph,
  steps: readonly HeadStep[],
  classMaps: ClassMaps | null,
): HeadParameters {
  const all = [...(classMaps === null ? [] : [classMaps.layer, ...classMaps.steps]), ...steps];
  const sources = new Map<string, { readonly count: number; readonly elementType: ElementType }>();
  for (const step of all) {
    for (const stored of listTrainable(graph, step)) {
      sources.set(...resolveSource(graph, stored));
    }
  }
  const layer = all.filter((step) => step.kind === 'linear').at(-1);
  const values = [...sources.values()];
  return {
    count: values.reduce((sum, source) => sum + source.count, 0),
    bytes: values.reduce((sum, source) => sum + (computeSizeBytes(source.elementType, source.count) ?? 0), 0),
    weightElementType: layer === undefined ? null : resolveSource(graph, layer.weight)[1].elementType,
  };
}

function listTrainable(graph: HeadGraph, step: HeadStep): readonly StoredValue[] {
  switch (step.kind) {
    case 'linear':
      return step.bias === null ? [step.weight] : [step.weight, step.bias];
    case 'affine':
      return listTrainableOf(step.operation);
    case 'rectifier': {
      const { rectifier } = step;
      return rectifier.type === 'leaky' && typeof rectifier.slope !== 'number' ? [rectifier.slope] : [];
    }
    case 'opaque':
      return listOpaque(graph, step.output);
    default:
      return [];
  }
}

/** A single number that scales is a constant of the formula (a temperature, H·W); an offset is trained even alone. */
function listTrainableOf(operation: AffineOperation): readonly StoredValue[] {
  switch (operation.type) {
    case 'negate':
      return [];
    case 'normalize':
      return [operation.scale, operation.shift];
    case 'multiply':
    case 'divide':
      return countElements(operation.constant) === 1 ? [] : [operation.constant];
    default:
      return [operation.constant];
  }
}

/** Weights of an operator without a rule: float constants of more than one element. */
function listOpaque(graph: HeadGraph, output: string): readonly StoredValue[] {
  const inputs = graph.index.producerOf.get(output)?.inputs ?? [];
  return inputs
    .map((name) => graph.storedValueOf(name))
    .filter((stored) => stored !== null && stored.elementType.startsWith('float') && countElements(stored) > 1)
    .filter((stored) => stored !== null);
}

const REARRANGING: ReadonlySet<string> = new Set([
  'DequantizeLinear',
  'Transpose',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Cast',
]);

/** The stored tensor behind a constant that the graph dequantises or reshapes first. */
function resolveSource(
  graph: HeadGraph,
  stored: StoredValue,
): [string, { readonly count: number; readonly elementType: ElementType }] {
  let name = stored.tensor;
  let producer = graph.index.producerOf.get(name);
  while (producer !== undefined && REARRANGING.has(producer.opType)) {
    name = producer.inputs[0] ?? '';
    producer = graph.index.producerOf.get(name);
  }
  return [name, { count: countElements(stored), elementType: graph.elementTypeOf(name) ?? stored.elementType }];
}

function countElements(stored: StoredValue): number {
  return stored.dims.reduce((product, size) => product * size, 1);
}
