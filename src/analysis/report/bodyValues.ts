import { readInt } from '../../graph/attributes';
import type { GraphNode } from '../../graph/model';
import type {
  BodyInput,
  BodyInputRole,
  BodyOutput,
  BodyPurpose,
  BodyValue,
  BodyValueSource,
} from '../../protocol/layerBodies';
import type { BodySource, Surroundings } from './bodySources';
import { toTypeText } from './typeText';

/** What is known of the values that a body sees, by name. */
export function createValueReader({ graph, nodes, inputs, factsOf }: BodySource): (name: string) => BodyValue {
  const sources = new Map<string, BodyValueSource>();
  for (const name of [...(graph?.initializers.keys() ?? []), ...(graph?.sparseInitializers.keys() ?? [])]) {
    sources.set(name, 'stored');
  }
  listInputs({ graph, inputs }).forEach((name) => sources.set(name, 'input'));
  nodes.forEach((node) => node.outputs.forEach((name) => sources.set(name, 'layer')));
  // A function sees nothing around it.
  const fallback: BodyValueSource = graph === null ? 'missing' : 'outside';
  return (name) => {
    const facts = factsOf(name);
    return { name, type: toTypeText(facts), shape: facts.shape, source: sources.get(name) ?? fallback };
  };
}

/** Names of what is handed in, in order. */
function listInputs({ graph, inputs }: Pick<BodySource, 'graph' | 'inputs'>): readonly string[] {
  return graph?.inputs.map(({ name }) => name) ?? inputs.map(([inner]) => inner);
}

/** What is handed in, and how. `node` is the one that runs the body. */
export function reportInputs(node: GraphNode, source: BodySource, around: Surroundings): readonly BodyInput[] {
  const valueOf = createValueReader(source);
  const roles = toRoles(node, source, around);
  const given = new Map(source.inputs);
  return listInputs(source).map((name, position) => {
    const role = roles[position];
    return { ...valueOf(name), role, outer: role === 'turn' ? null : (given.get(name) ?? null) };
  });
}

/** One for each output of the layer that a value becomes. */
export function reportOutputs(source: BodySource): readonly BodyOutput[] {
  const { graph, outputs, times } = source;
  const valueOf = createValueReader(source);
  const names = new Set(graph?.outputs.map(({ name }) => name) ?? outputs.map(([inner]) => inner));
  return [...names].flatMap((name) => {
    const outside = outputs.filter(([inner]) => inner === name);
    const purposes = outside.map(([, outer, role]): BodyPurpose => ({ outer, role, turns: times }));
    const inside: BodyPurpose = { outer: null, role: 'same', turns: times };
    return (purposes.length === 0 ? [inside] : purposes).map((purpose) => ({ ...valueOf(name), ...purpose }));
  });
}

/** Loop hands in the turn, the condition and what it carries; Scan what it carries, then parts of its sequences. */
function toRoles(node: GraphNode, source: BodySource, { factsOf }: Surroundings): readonly BodyInputRole[] {
  const names = listInputs(source);
  const given = new Map(source.inputs);
  switch (node.domain === '' ? node.opType : '') {
    case 'Loop':
      return names.map((_, position) => (position === 0 ? 'turn' : 'carried'));
    case 'Scan': {
      const states = names.length - (readInt(node, 'num_scan_inputs') ?? 0);
      return names.map((_, position) => (position < states ? 'carried' : 'part'));
    }
    case 'SequenceMap':
      return names.map((name) => (factsOf(given.get(name) ?? '').sequence === undefined ? 'same' : 'part'));
    default:
      return names.map(() => 'same');
  }
}
