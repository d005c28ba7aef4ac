import { readInt } from '../../graph/attributes';
import type { InferredGraph } from '../../graph/inferShapes';
import type { Graph, GraphNode } from '../../graph/model';
import { NOTHING_KNOWN } from '../../graph/valueFacts';
import type {
  BodyInput,
  BodyInputRole,
  BodyLayer,
  BodyOutput,
  BodyValue,
  BodyValueSource,
  LayerBody,
} from '../../protocol/layerBodies';
import { reportAttributes } from './attributes';
import type { BodySource, Surroundings } from './bodySources';
import { listBodySources } from './bodySources';
import { toTypeText } from './typeText';

/** Functions that call functions multiply: more layers than these are counted, not listed. */
const MAXIMUM_LAYERS = 500;

interface Budget {
  left: number;
}

/**
 * What a node of the main graph runs inside, with the shapes and types that were inferred there; empty for an operator
 * without bodies. Outer layers come before nested ones where not all are listed. O(nodes of the bodies that are listed).
 */
export function reportLayerBodies(
  graph: Graph,
  { bodies, facts }: Pick<InferredGraph, 'bodies' | 'facts'>,
  index: number,
  maximumLayers = MAXIMUM_LAYERS,
): readonly LayerBody[] {
  const node = graph.nodes[index];
  const factsOf = (name: string) => facts.get(name) ?? NOTHING_KNOWN;
  return node === undefined ? [] : reportBodies(node, { bodies, factsOf }, { left: maximumLayers });
}

function reportBodies(node: GraphNode, around: Surroundings, budget: Budget): readonly LayerBody[] {
  const sources = listBodySources(node, around);
  // Each takes its share before any nested one does.
  const listed = sources.map(({ nodes }, position) => {
    const share = nodes.slice(0, Math.ceil(budget.left / (sources.length - position)));
    budget.left -= share.length;
    return share;
  });
  return sources.map((source, position) => reportBody(source, listed[position], budget, toRoles(node, source, around)));
}

type Roles = readonly BodyInputRole[];

function reportBody(source: BodySource, listed: readonly GraphNode[], budget: Budget, roles: Roles): LayerBody {
  const { kind, name, times, nodes } = source;
  const valueOf = createValueReader(source);
  return {
    kind,
    name,
    times,
    inputs: reportInputs(source, roles, valueOf),
    outputs: reportOutputs(source, valueOf),
    layers: listed.map((inner): BodyLayer => ({
      name: inner.name,
      opType: inner.opType,
      domain: inner.domain,
      inputs: inner.inputs.filter(isGiven).map(valueOf),
      outputs: inner.outputs.filter(isGiven).map(valueOf),
      attributes: reportAttributes(inner).filter(({ type }) => type !== 'graph' && type !== 'graphs'),
      bodies: reportBodies(inner, source, budget),
    })),
    hiddenLayers: nodes.length - listed.length,
  };
}

const isGiven = (name: string): boolean => name !== '';

type ReadValue = (name: string) => BodyValue;

function createValueReader({ graph, nodes, inputs, factsOf }: BodySource): ReadValue {
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

function listInputs({ graph, inputs }: Pick<BodySource, 'graph' | 'inputs'>): readonly string[] {
  return graph?.inputs.map(({ name }) => name) ?? inputs.map(([inner]) => inner);
}

function reportInputs(source: BodySource, roles: Roles, valueOf: ReadValue): readonly BodyInput[] {
  const given = new Map(source.inputs);
  return listInputs(source).map((name, position) => {
    const role = roles[position];
    return { ...valueOf(name), role, outer: role === 'turn' ? null : (given.get(name) ?? null) };
  });
}

/** One for each output of the layer that a value becomes. */
function reportOutputs({ graph, outputs }: BodySource, valueOf: ReadValue): readonly BodyOutput[] {
  const names = new Set(graph?.outputs.map(({ name }) => name) ?? outputs.map(([inner]) => inner));
  return [...names].flatMap((name) => {
    const outside = outputs.filter(([inner]) => inner === name).map(([, outer]) => outer);
    return (outside.length === 0 ? [null] : outside).map((outer) => ({ ...valueOf(name), outer }));
  });
}

/** Loop hands in the turn, the condition and what it carries; Scan what it carries, then parts of its sequences. */
function toRoles(node: GraphNode, source: BodySource, { factsOf }: Surroundings): Roles {
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
