import { listReads, type GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import { NOTHING_KNOWN } from '../graph/valueFacts';
import type { ReceptiveField } from '../protocol/modelDetails';
import { followNodes, startField, toReceptiveField } from './receptiveField';
import { type CellField, EVERYWHERE, type Field } from './receptive/cellField';

/**
 * Which image pixels a cell of a tensor sees and where its centre lies (Araujo et al., "Computing Receptive Fields of
 * Convolutional Neural Networks", Distill 2019), in pixels of the model's input; centres of pixels are whole numbers.
 * Padding is part of the region: at the border it reaches beyond the image. Branches are united; `exact` is false when
 * their centres differ, or when something that is not local (attention) is mixed in. Works on grids in any layout and
 * on the tokens of transformers.
 *
 * For all values of the main graph in one pass over its nodes. Left out are values without places (pooled, flattened),
 * or whose places cannot be told. A value that depends on several images refers to the first of the model's inputs.
 */
export function computeReceptiveFields(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
): ReadonlyMap<string, ReceptiveField> {
  const fields = computeCellFields(model, index, inferred);
  return new Map([...fields].map(([name, field]) => [name, toReceptiveField(field)]));
}

/** The same of one value; null where it has no places on the image. The walk is done once for a model. */
export function findReceptiveField(
  { model, index, inferred }: { readonly model: Model; readonly index: GraphIndex; readonly inferred: InferredGraph },
  tensorName: string,
): ReceptiveField | null {
  const field = computeCellFields(model, index, inferred).get(tensorName);
  return field === undefined ? null : toReceptiveField(field);
}

/** By inference, which belongs to one graph: receptive fields and layers for maps are asked for apart. */
const known = new WeakMap<InferredGraph, ReadonlyMap<string, CellField>>();

/** The same with the axes along which the cells lie. */
export function computeCellFields(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
): ReadonlyMap<string, CellField> {
  const fields = known.get(inferred) ?? followImages(model, index, inferred);
  known.set(inferred, fields);
  return fields;
}

function followImages(model: Model, index: GraphIndex, inferred: InferredGraph): ReadonlyMap<string, CellField> {
  const images: Map<string, Field>[] = [];
  /** The first image that a value depends on. */
  const imageOf = new Map<string, number>();
  for (const { name } of model.graph.inputs) {
    const start = startField(inferred, name);
    if (start !== null) {
      imageOf.set(name, images.length);
      images.push(new Map([[name, start]]));
    }
  }
  const factsOf = (name: string) => inferred.facts.get(name) ?? NOTHING_KNOWN;
  const walk = { opsets: model.opsets, bodies: inferred.bodies };
  for (const node of index.order) {
    const image = Math.min(...listReads(node).map((name) => imageOf.get(name) ?? Infinity));
    if (image < images.length) {
      followNodes([node], images[image], factsOf, walk);
      node.outputs.filter((name) => images[image].has(name)).forEach((name) => imageOf.set(name, image));
    }
  }
  return new Map(
    images.flatMap((fields) =>
      [...fields].flatMap(([name, field]) => (field === EVERYWHERE ? [] : [[name, field] as const])),
    ),
  );
}
