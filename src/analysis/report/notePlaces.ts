import type { Graph, GraphNode, Model, ModelFunction } from '../../graph/model';
import { functionKey } from '../../graph/shapeRules/table';
import type { NotePlace } from '../../onnx/readNotes';

/** Name of a value → where its notes are: those of the value and of the tensor stored under its name. */
export type ValuePlaces = ReadonlyMap<string, readonly NotePlace[]>;

/** Says of each node whether there are notes of it, of the function it calls, or of what it reads or makes. */
export function createNoteFinder(model: Pick<Model, 'graph' | 'functions'>): (node: GraphNode) => boolean {
  const values = locateValueNotes(model.graph);
  const called = new Set(model.functions.filter(({ notes }) => notes !== undefined).map(keyOfFunction));
  return (node) =>
    node.notes !== undefined ||
    (called.size > 0 && called.has(keyOfCall(node))) ||
    (values.size > 0 &&
      (node.inputs.some((name) => values.has(name)) || node.outputs.some((name) => values.has(name))));
}

/** O(values and stored tensors); nothing is read. */
export function locateValueNotes(graph: Graph): ValuePlaces {
  const places = new Map<string, readonly NotePlace[]>();
  const add = (kind: NotePlace['kind'], one: Pick<GraphNode, 'name' | 'notes'>): void => {
    if (one.notes !== undefined) {
      places.set(one.name, [...(places.get(one.name) ?? []), { kind, range: one.notes }]);
    }
  };
  graph.inputs.forEach((value) => add('value', value));
  graph.outputs.forEach((value) => add('value', value));
  graph.valueInfo.forEach((value) => add('value', value));
  graph.initializers.forEach((tensor) => add('tensor', tensor));
  graph.sparseInitializers.forEach(({ values }) => add('tensor', values));
  return places;
}

export function keyOfFunction({ domain, name, overload }: ModelFunction): string {
  return functionKey(domain, name, overload);
}

export function keyOfCall({ domain, opType, overload }: GraphNode): string {
  return functionKey(domain, opType, overload);
}
