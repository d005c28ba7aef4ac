import type { HeadDescription } from '../analysis/heads/headDescription';
import type { CellAxes } from '../analysis/receptive/cellField';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { ScoreName } from '../protocol/scoreName';
import type { BoxTarget, ElementsTarget } from '../protocol/target';
import { UserError } from '../userError';

/** What a map explains: the number y whose derivative or change is looked at. Plain data. */
export type Target =
  /** The logit of each class asked for, or its difference to another one (`contrast`). */
  | { readonly kind: 'class' }
  | ElementsTarget
  | BoxTarget
  /** One channel of a spatial output, added up with weights [rows, columns] of that output's size. */
  | {
      readonly kind: 'mask';
      readonly output: string;
      readonly channel: number;
      readonly weights: Float32Array;
      readonly rows: number;
      readonly columns: number;
    }
  /** Cosine of the angle between a value of the graph (null: found by its size) and a stored vector. */
  | { readonly kind: 'similarity'; readonly output: string | null; readonly reference: Float32Array };

export const CLASS_TARGET: Target = { kind: 'class' };

/** A target other than a class, as the graph computes it from one of its values. */
export type GraphTarget =
  /** Σ over elements of the product of the factors and the value; each factor broadcasts to the value's shape. */
  | { readonly kind: 'weighted'; readonly output: string; readonly factors: readonly Factor[] }
  | { readonly kind: 'similarity'; readonly output: string; readonly reference: Float32Array };

interface Factor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Where a target is looked for. `axesOf`: the axes of a value along which its cells lie on the image. */
export interface TargetPlace {
  readonly model: Model;
  readonly inferred: InferredGraph;
  readonly head: HeadDescription;
  readonly axesOf: (value: string) => CellAxes | undefined;
}

/** @throws UserError `badArgument` for an output or an element that the model does not have. */
export function resolveTarget(target: Exclude<Target, { readonly kind: 'class' }>, place: TargetPlace): GraphTarget {
  switch (target.kind) {
    case 'elements':
      return selectElements(target.output, target.index, place);
    case 'box':
    case 'mask':
      return selectRegion(target, place);
    case 'similarity':
      return findEmbedding(target, place);
  }
}

/** In words, for people. */
export function describeTarget(target: Target, score: ScoreName = 'logit'): string {
  switch (target.kind) {
    case 'class':
      return score === 'logit' ? 'the logit of the class' : `the ${score} of the model`;
    case 'elements': {
      const index = target.index.map((each) => each ?? ':').join(', ');
      return `${target.index.includes(null) ? 'the sum of' : ''} ${target.output}[${index}]`.trim();
    }
    case 'box': {
      const { output, channel, left, top, width, height } = target;
      return `the sum of channel ${channel} of ${output} over ${width}×${height} cells from column ${left}, row ${top}`;
    }
    case 'mask':
      return `the sum of channel ${target.channel} of ${target.output} over a mask`;
    case 'similarity':
      return `the cosine similarity of ${target.output === null ? 'the embedding' : `"${target.output}"`} to that of the other image`;
  }
}

function readShape(output: string, { model, inferred }: TargetPlace): readonly number[] {
  const shape = inferred.facts.get(output)?.shape;
  if (shape === undefined) {
    const names = model.graph.outputs.map(({ name }) => `"${name}"`).join(', ');
    throw new UserError('badArgument', `The target is "${output}", which the model has not. Its outputs are ${names}.`);
  }
  if (shape === null || shape.some((size) => typeof size !== 'number')) {
    throw new UserError('badArgument', `The shape of "${output}" is not known before a run: choose another target.`);
  }
  return shape as readonly number[];
}

function selectElements(output: string, index: readonly (number | null)[], place: TargetPlace): GraphTarget {
  const shape = readShape(output, place);
  const isOutside = (each: number | null, axis: number) => each !== null && (each < 0 || each >= shape[axis]);
  if (index.length !== shape.length || index.some(isOutside)) {
    throw new UserError(
      'badArgument',
      `The target is ${output}[${index.map((each) => each ?? ':').join(', ')}], but "${output}" has the shape ` +
        `[${shape.join(', ')}]: give one index from 0 for each dimension, or ":" for all of it.`,
    );
  }
  const factors = index.flatMap((each, axis) =>
    each === null || axis === 0 ? [] : [indicate(shape, axis, each, each + 1)],
  );
  return { kind: 'weighted', output, factors };
}

function selectRegion(target: Extract<Target, { readonly kind: 'box' | 'mask' }>, place: TargetPlace): GraphTarget {
  const { output, channel } = target;
  const shape = readShape(output, place);
  const { row, column } = findRowsAndColumns(output, shape, place);
  const [rows, columns] = [shape[row], shape[column]];
  const channelAxis = shape.length === 4 ? 6 - row - column : null;
  const channels = channelAxis === null ? 1 : shape[channelAxis];
  if (channel < 0 || channel >= channels) {
    throw new UserError('badArgument', `There is no channel ${channel} in "${output}": it has ${channels}, from 0.`);
  }
  const factors = channelAxis === null ? [] : [indicate(shape, channelAxis, channel, channel + 1)];
  if (target.kind === 'mask') {
    if (target.rows !== rows || target.columns !== columns || row > column) {
      throw new UserError(
        'badArgument',
        `The mask has ${target.rows} rows and ${target.columns} columns, but "${output}" has ${rows} and ${columns}.`,
      );
    }
    const dims = shape.map((_, axis) => (axis === row ? rows : axis === column ? columns : 1));
    return { kind: 'weighted', output, factors: [...factors, { dims, data: target.weights }] };
  }
  const { left, top, width, height } = target;
  if (left < 0 || top < 0 || width < 1 || height < 1 || left + width > columns || top + height > rows) {
    throw new UserError(
      'badArgument',
      `The box of ${width}×${height} cells from column ${left}, row ${top} does not lie within "${output}", which has ` +
        `${columns} columns and ${rows} rows.`,
    );
  }
  const box = [indicate(shape, row, top, top + height), indicate(shape, column, left, left + width)];
  return { kind: 'weighted', output, factors: [...factors, ...box] };
}

function findRowsAndColumns(output: string, shape: readonly number[], { axesOf }: TargetPlace) {
  const axes = axesOf(output);
  if (shape.length !== 4 && shape.length !== 3) {
    throw new UserError(
      'badArgument',
      `"${output}" has the shape [${shape.join(', ')}] and no rows and columns: name its elements instead, as in ` +
        `output:${output}[0, …].`,
    );
  }
  return axes?.kind === 'grid' ? axes : { row: shape.length - 2, column: shape.length - 1 };
}

/** 1 from `start` to before `end` along one axis, 0 elsewhere; broadcasts along the others. */
function indicate(shape: readonly number[], axis: number, start: number, end: number): Factor {
  const dims = shape.map((size, each) => (each === axis ? size : 1));
  return { dims, data: new Float32Array(shape[axis]).fill(1, start, end) };
}

function findEmbedding(
  { output, reference }: Extract<Target, { readonly kind: 'similarity' }>,
  place: TargetPlace,
): GraphTarget {
  const candidates = output === null ? listEmbeddings(place) : [output];
  const sizeOf = (name: string) =>
    readShape(name, place)
      .slice(1)
      .reduce((product, size) => product * size, 1);
  const found = candidates.find((name) => sizeOf(name) === reference.length);
  if (found === undefined) {
    const sizes = candidates.map((name) => `"${name}" (${sizeOf(name)})`).join(', ');
    throw new UserError(
      'badArgument',
      `The stored embedding has ${reference.length} numbers, and none of these has as many per image: ${sizes}. Name ` +
        'the value it was taken from: similarity:NAME,FILE.npy.',
    );
  }
  return { kind: 'similarity', output: found, reference };
}

/** What is likely meant by the embedding: the vector that the head reads, then the outputs. */
export function listEmbeddings({ model, inferred, head }: Omit<TargetPlace, 'axesOf'>): readonly string[] {
  const pooled = head.readings.flatMap(({ mode, isInner, tensor }) => (mode === 'identity' || isInner ? [] : [tensor]));
  const outputs = model.graph.outputs.map(({ name }) => name);
  return [...pooled, ...outputs].filter((name) => (inferred.facts.get(name)?.shape?.length ?? 0) > 1);
}
