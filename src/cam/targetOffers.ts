import { computeCellFields } from '../analysis/receptiveFields';
import type { HeadDescription } from '../analysis/heads/headDescription';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { TargetChoice, TargetGrid, TargetOffers, TargetOutput } from '../protocol/target';
import { FLOATS } from './spatialLayer';
import { listEmbeddings } from './target';

/**
 * What can be explained of a model beside class scores: its outputs of floating-point numbers whose shape is known, by
 * element and, where they have rows and columns, by region; and the directions of its embeddings. `reason`: why no class
 * is explained; null when one is. One pass over the graph.
 */
export function listTargetOffers(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  reason: string | null,
): TargetOffers {
  const fields = computeCellFields(model, index, inferred);
  const outputs = model.graph.outputs.flatMap(({ name }): TargetOutput[] => {
    const shape = readShape(inferred, name);
    const axes = fields.get(name)?.axes;
    return shape === null ? [] : [{ name, shape, grid: findGrid(shape, axes?.kind === 'grid' ? axes : null) }];
  });
  const embeddings = [...new Set(listEmbeddings({ model, inferred, head }))].flatMap((name) => {
    const shape = readShape(inferred, name);
    const size = shape === null ? 0 : countPerImage(shape);
    return size > 1 ? [{ name, size }] : [];
  });
  return { outputs, embeddings, usual: reason === null ? null : findUsual(outputs, reason) };
}

function readShape({ facts }: InferredGraph, name: string): readonly number[] | null {
  const { shape = null, elementType = null } = facts.get(name) ?? {};
  const isKnown = shape?.every((size) => typeof size === 'number' && size > 0) === true;
  return isKnown && FLOATS.has(elementType ?? '') ? (shape as readonly number[]) : null;
}

function findGrid(
  shape: readonly number[],
  axes: { readonly row: number; readonly column: number } | null,
): TargetGrid | null {
  if (shape.length !== 4 && (shape.length !== 3 || axes === null)) {
    return null;
  }
  const { row, column } = axes ?? { row: shape.length - 2, column: shape.length - 1 };
  const [rows, columns] = [shape[row], shape[column]];
  return rows * columns < 2 ? null : { channels: shape.length === 4 ? shape[6 - row - column] : 1, rows, columns };
}

function countPerImage(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** By the rank of the outputs: a region where there are rows and columns, the number where there is one, an element. */
function findUsual(outputs: readonly TargetOutput[], reason: string): TargetOffers['usual'] {
  const spatial = outputs.find(({ grid }) => grid !== null);
  if (spatial?.grid) {
    const { rows, columns } = spatial.grid;
    const target: TargetChoice = {
      ...{ kind: 'box', output: spatial.name, channel: 0 },
      ...{ left: 0, top: 0, width: columns, height: rows },
    };
    const what = `"${spatial.name}" has rows and columns, so the sum of one of its channels over a box is explained.`;
    return { target, reason: `${reason} ${what}` };
  }
  const single = outputs.find(({ shape }) => countPerImage(shape) === 1);
  const output = single ?? outputs[0];
  if (output === undefined) {
    return null;
  }
  const what = single
    ? `The one number that "${output.name}" gives for an image is explained.`
    : `The first element of "${output.name}" [${output.shape.join(', ')}] is explained; others can be chosen, or the ` +
      'similarity of two images by all of them.';
  const target = { kind: 'elements', output: output.name, index: output.shape.map(() => 0) } as const;
  return { target, reason: `${reason} ${what}` };
}
