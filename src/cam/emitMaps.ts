import type { FeatureMap, MapAxis, Reading } from '../analysis/heads/headDescription';
import type { EmittedMap } from './emittedValues';
import type { NodeBuilder } from '../onnx/nodeBuilder';

export type Aggregate = 'mean' | 'sum';

/** Evidence for n classes; N is the batch, P = H·W. Parts of several readings of one map add up. */
export interface EmittedEvidence {
  /** [N, n, P]; its aggregate plus the bias is the logit. */
  readonly maps: string;
  /** [N, n, C] in logit units. */
  readonly contributions: string;
  /** [B, n, C], or [B, n, C, H, W] when weights differ between positions. */
  readonly weights: string;
  readonly isPerPosition: boolean;
}

/** Everything about the feature map that the readings share. */
export interface MapContext {
  readonly builder: NodeBuilder;
  readonly featureMap: FeatureMap;
  readonly emitted: EmittedMap;
  readonly aggregate: Aggregate;
}

/** Turns the derivative with respect to one reading into maps, contributions and weights. */
export function emitReading(context: MapContext, reading: Reading, rows: string): EmittedEvidence {
  switch (reading.mode) {
    case 'identity':
      return emitWhole(context, reading, rows);
    case 'max':
      return emitMaximum(context, rows);
    default:
      return emitPooled(context, reading, rows);
  }
}

/** Number of cells as a float scalar, whatever the image's size. */
export function emitCellCount({ builder, emitted }: MapContext): string {
  return builder.reshape(builder.cast(builder.dimension(emitted.flat, 2), 'float32'), [1, 1, 1]);
}

/** Mean or sum: one weight per channel, M = w·F (Zhou 2016), a single matrix product. */
function emitPooled(context: MapContext, reading: Reading, rows: string): EmittedEvidence {
  const { builder, emitted, aggregate } = context;
  const isMean = reading.mode === 'mean';
  const weights =
    isMean === (aggregate === 'mean') ? rows : builder.add(isMean ? 'Div' : 'Mul', [rows, emitCellCount(context)]);
  const isPlain = reading.roundedTo === null && !reading.isInner && context.featureMap.elementType === 'float32';
  const pooled = isPlain
    ? reading.tensor
    : builder.reduce(isMean ? 'ReduceMean' : 'ReduceSum', emitted.flat, [2], false);
  return {
    maps: builder.add('MatMul', [weights, emitted.flat]),
    contributions: builder.add('Mul', [rows, builder.reshape(pooled, [-1, 1, context.featureMap.channels])]),
    weights,
    isPerPosition: false,
  };
}

/** Every element has its own weight: M = Σ_c J∘F (HiResCAM, Draelos 2011.08891). */
function emitWhole(context: MapContext, reading: Reading, rows: string): EmittedEvidence {
  const { builder, featureMap, emitted, aggregate } = context;
  const { channels, height, width } = featureMap;
  const derivative = alignAxes(context, reading.axes, rows);
  const weights =
    aggregate === 'sum' ? derivative : builder.add('Mul', [derivative, builder.reshape(emitCellCount(context), [])]);
  const map = builder.reshape(emitted.map, [-1, 1, channels, height, width]);
  const products = builder.add('Mul', [derivative, map]);
  const maps = builder.reshape(builder.reduce('ReduceSum', products, [2], false), [0, 0, -1]);
  return {
    maps: aggregate === 'sum' ? maps : builder.add('Mul', [maps, emitCellCount(context)]),
    contributions: builder.reduce('ReduceSum', products, [3, 4], false),
    weights,
    isPerPosition: true,
  };
}

/** [B, n, D] in the order of the flattened axes → [B, n, C, H, W]. */
export function alignAxes(
  { builder, featureMap }: Pick<MapContext, 'builder' | 'featureMap'>,
  axes: readonly MapAxis[],
  rows: string,
): string {
  const sizes = { channel: featureMap.channels, row: featureMap.height, column: featureMap.width };
  const order = expandTokens(axes, featureMap);
  const wanted: readonly MapAxis[] = ['channel', 'row', 'column'];
  const complete = [...order, ...wanted.filter((axis) => !order.includes(axis))];
  const shaped = builder.reshape(rows, [0, 0, ...complete.map((axis) => sizes[axis])]);
  const permutation = wanted.map((axis) => complete.indexOf(axis));
  return permutation.every((from, to) => from === to)
    ? shaped
    : builder.transpose(shaped, [0, 1, ...permutation.map((from) => from + 2)]);
}

/** Tokens are one axis of the tensor and two of the grid. */
function expandTokens(axes: readonly MapAxis[], featureMap: FeatureMap): readonly MapAxis[] {
  return featureMap.layout === 'NTC' ? axes.flatMap((axis) => (axis === 'column' ? ['row', axis] : axis)) : axes;
}

/** Maximum: only the first cell that attains it counts, with the whole of the channel's evidence. */
function emitMaximum(context: MapContext, rows: string): EmittedEvidence {
  const { builder, emitted, aggregate, featureMap } = context;
  const cell = builder.add('ArgMax', [emitted.flat], {
    axis: { type: 'int', value: 2 },
    keepdims: { type: 'int', value: 1 },
  });
  const cells = featureMap.height * featureMap.width;
  const isStrongest = builder.cast(
    builder.add('Equal', [cell, builder.countingTensor(cells, [1, 1, cells])]),
    'float32',
  );
  const strongest = builder.add('Mul', [isStrongest, emitted.flat]);
  const sum = builder.add('MatMul', [rows, strongest]);
  const scaled = (value: string, shape: readonly number[]) =>
    aggregate === 'sum' ? value : builder.add('Mul', [value, builder.reshape(emitCellCount(context), shape)]);
  const { channels, height, width } = featureMap;
  const places = builder.reshape(isStrongest, [-1, 1, channels, height, width]);
  const spread = builder.add('Mul', [builder.add('Reshape', [rows, builder.int64([0, 0, -1, 1, 1])]), places]);
  const maximum = builder.reduce('ReduceMax', emitted.flat, [2], false);
  return {
    maps: scaled(sum, [1, 1, 1]),
    contributions: builder.add('Mul', [rows, builder.reshape(maximum, [-1, 1, channels])]),
    weights: scaled(spread, [1, 1, 1, 1, 1]),
    isPerPosition: true,
  };
}

/** Several readings of the same map, added up. */
export function mergeEvidence({ builder }: MapContext, parts: readonly EmittedEvidence[]): EmittedEvidence | null {
  const [first, ...rest] = parts;
  return first === undefined ? null : rest.reduce((total, part) => mergeTwo(builder, total, part), first);
}

function mergeTwo(builder: NodeBuilder, a: EmittedEvidence, b: EmittedEvidence): EmittedEvidence {
  const isPerPosition = a.isPerPosition || b.isPerPosition;
  const spread = (part: EmittedEvidence) =>
    isPerPosition && !part.isPerPosition ? builder.reshape(part.weights, [0, 0, -1, 1, 1]) : part.weights;
  return {
    maps: builder.add('Add', [a.maps, b.maps]),
    contributions: builder.add('Add', [a.contributions, b.contributions]),
    weights: builder.add('Add', [spread(a), spread(b)]),
    isPerPosition,
  };
}
