import { indexNodes } from '../../graph/graphIndex';
import type { InferredValues } from '../../graph/inferShapes';
import type { Graph, Model } from '../../graph/model';
import type { BodyInput, BodyOutput, BodyPath, BodyReport, GraphValue } from '../../protocol/layerBodies';
import { UserError } from '../../userError';
import { computeCosts } from '../cost';
import { computeParameters } from '../parameters';
import { toBodyGraph } from './bodyGraph';
import { findBodyPlace } from './bodyPlace';
import type { BodySource } from './bodySources';
import { reportOutputs } from './bodyValues';
import { reportGraph } from './modelReport';

/**
 * One body in the form of a model's report: shapes, parameters and costs of its layers are those of one run of it.
 * @throws UserError `badArgument` where the path leads to none, `notOnnx` when its nodes depend on each other in a cycle.
 * O(nodes of the body and of what it runs inside).
 */
export function reportBody(
  { graph: main, functions }: Pick<Model, 'graph' | 'functions'>,
  inferred: Pick<InferredValues, 'bodies' | 'facts'>,
  path: BodyPath,
): BodyReport {
  const place = findBodyPlace(main, inferred, path);
  if (place.body === null) {
    throw new UserError('badArgument', 'The main graph is no body of a layer.');
  }
  const { source, inputs, siblings } = place.body;
  const { graph, given } = toBodyGraph(place, place.body);
  const index = indexNodes(source.nodes);
  const values = { facts: collectFacts(source, graph, [...index.consumersOf.keys()]), bodies: source.bodies };
  const parameters = computeParameters({ graph }, values, index);
  const costs = computeCosts(index, values, parameters);
  const report = reportGraph({
    model: { graph, functions },
    inferred: values,
    index,
    parameters,
    costs,
    measuredValues: new Set(),
  });
  const { kind, name, times } = source;
  return {
    kind,
    name,
    times,
    bodies: siblings.map((body) => body.name),
    ...report,
    inputs: addOrigins(report.inputs, inputs),
    outputs: addPurposes(report.outputs, reportOutputs(source)),
    initializers: report.initializers.filter((stored) => !given.has(stored.name)),
    heads: [],
  };
}

function collectFacts({ nodes, factsOf }: BodySource, graph: Graph, read: readonly string[]): InferredValues['facts'] {
  const names = [
    ...read,
    ...nodes.flatMap(({ outputs }) => outputs),
    ...[...graph.inputs, ...graph.outputs].map(({ name }) => name),
    ...graph.initializers.keys(),
  ];
  return new Map(names.map((name) => [name, factsOf(name)]));
}

/** What each input stands for; the values that are taken from around the body stand behind them. */
function addOrigins(values: readonly GraphValue[], inputs: readonly BodyInput[]): readonly GraphValue[] {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  return values.map((value) => {
    const taken = { source: 'outside', role: 'same', outer: value.name } as const;
    const { source, role, outer } = byName.get(value.name) ?? taken;
    return { ...value, outside: { source, role, outer } };
  });
}

/** What each output becomes. */
function addPurposes(values: readonly GraphValue[], outputs: readonly BodyOutput[]): readonly GraphValue[] {
  const byName = new Map<string, BodyOutput[]>();
  for (const output of outputs) {
    byName.set(output.name, [...(byName.get(output.name) ?? []), output]);
  }
  return values.map((value) => {
    const same = byName.get(value.name) ?? [];
    const outer = same.flatMap((output) => output.outer ?? []).join(', ');
    const purposes = same.map(({ outer: name, role, turns }) => ({ outer: name, role, turns }));
    return { ...value, outside: { source: same[0]?.source ?? 'layer', role: 'same', outer: outer || null }, purposes };
  });
}
