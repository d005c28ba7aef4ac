import { listCaptured } from '../../graph/graphIndex';
import type { Graph, TensorInfo, ValueInfo } from '../../graph/model';
import type { BodyAtPlace, BodyPlace } from './bodyPlace';
import type { BodySource } from './bodySources';
import { reportOutputs } from './bodyValues';

/**
 * The body as a graph that needs nothing around it: what it takes is stored in it or an input of it. `given`: inputs
 * that stand for tensors stored outside, whose elements count where they are read.
 */
export function toBodyGraph(
  { storedOf }: Pick<BodyPlace, 'storedOf'>,
  { source, inputs }: BodyAtPlace,
): { readonly graph: Graph; readonly given: ReadonlySet<string> } {
  const { graph, nodes } = source;
  const taken = listTaken(source);
  const stored = (names: readonly string[]): TensorInfo[] =>
    names.flatMap((name) => {
      const tensor = storedOf(name);
      return tensor === null ? [] : [{ ...tensor, name }];
    });
  const given = stored(inputs.map(({ name }) => name));
  const around = stored(taken);
  const isStored = new Set(around.map(({ name }) => name));
  const declared = new Map([...(graph?.inputs ?? []), ...(graph?.outputs ?? [])].map((value) => [value.name, value]));
  const toValue = (name: string): ValueInfo => declared.get(name) ?? { name, elementType: null, shape: null };
  const all = [...(graph?.initializers.values() ?? []), ...around, ...given];
  return {
    given: new Set(given.map(({ name }) => name)),
    graph: {
      name: source.name,
      docString: '',
      nodes,
      initializers: new Map(all.map((tensor) => [tensor.name, tensor])),
      sparseInitializers: graph?.sparseInitializers ?? new Map(),
      inputs: [...inputs.map(({ name }) => name), ...taken.filter((name) => !isStored.has(name))].map(toValue),
      outputs: [...new Set(reportOutputs(source).map(({ name }) => name))].map(toValue),
      valueInfo: graph?.valueInfo ?? new Map(),
      metadata: new Map(),
    },
  };
}

/** Names that a body takes from around it. A function sees only its inputs. */
function listTaken({ graph }: BodySource): readonly string[] {
  return graph === null ? [] : [...listCaptured(graph)];
}
