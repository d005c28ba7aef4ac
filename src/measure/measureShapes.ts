import type { InferenceClient } from '../inference/inferenceClient';
import type { GraphNode } from '../graph/model';
import { completeAnalysis, type MeasuredShapes, type ModelAnalysis } from '../inspectModel';
import type { GraphExtension } from '../onnx/graphExtension';
import { RESERVED_PREFIX } from '../onnx/graphExtension';
import type { ShapeMeasurement } from '../protocol/measurement';
import type { TensorElements } from '../inference/messages';
import { createRandomFeeds } from './randomFeeds';
import { createThinSource, type MeasureOptions } from './measureLayers';

/** An analysis whose open shapes were filled in from a run, and how many there were. */
export interface CompletedAnalysis extends ShapeMeasurement {
  readonly analysis: ModelAnalysis;
}

/** Whether there is a shape that only a run can tell. */
export function hasUnknownShapes(analysis: ModelAnalysis): boolean {
  return listUnknown(analysis).length > 0;
}

/**
 * The analysis with shapes taken from one run on random input where the graph does not tell them; figures that follow
 * from them are computed anew. Throws UserError as running the model does.
 */
export async function measureShapes(
  analysis: ModelAnalysis,
  client: InferenceClient,
  { signal }: Pick<MeasureOptions, 'signal'> = {},
): Promise<CompletedAnalysis> {
  const open = listUnknown(analysis);
  const tensors = open.filter((name) => !findContainers(analysis).has(name));
  if (tensors.length === 0) {
    return { analysis, measured: 0, unknown: open.length };
  }
  const shapes = await probeShapes(analysis, client, tensors, signal);
  return {
    analysis: await completeAnalysis(analysis, shapes),
    measured: shapes.size,
    unknown: open.length - shapes.size,
  };
}

/** Actual shapes of values of the main graph, by one run without optimisations that would remove values. */
export async function probeShapes(
  analysis: ModelAnalysis,
  client: InferenceClient,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<MeasuredShapes> {
  const extension = createShapeProbe(names);
  const source = { ...(await createThinSource(analysis, extension)), optimization: 'disabled' } as const;
  const handle = await client.loadModel(source, { signal });
  try {
    const fetches = extension.outputs.map(({ name }) => name);
    const { outputs } = await client.run(handle, { feeds: createRandomFeeds(analysis), fetches, signal });
    return new Map(names.map((name, index) => [name, toSizes(outputs[fetches[index]].data)]));
  } finally {
    await client.releaseModel(handle);
  }
}

function createShapeProbe(names: readonly string[]): GraphExtension {
  const outputs = names.map((_, index) => `${RESERVED_PREFIX}shape/${index}`);
  return {
    nodes: names.map((name, index) => ({
      opType: 'Shape',
      name: outputs[index],
      inputs: [name],
      outputs: [outputs[index]],
    })),
    initializers: [],
    inputs: [],
    outputs: outputs.map((name) => ({ name, elementType: 'int64', shape: null })),
  };
}

function toSizes(data: TensorElements): readonly number[] {
  return Array.from<unknown, number>(data, Number);
}

/** Values that nodes of the main graph make and whose sizes are not all known. */
function listUnknown({ index, inferred }: ModelAnalysis): readonly string[] {
  return index.order.flatMap(({ outputs }) =>
    outputs.filter((name) => {
      const shape = inferred.facts.get(name)?.shape ?? null;
      return name !== '' && !shape?.every((size) => typeof size === 'number');
    }),
  );
}

/** Operators that make sequences, optionals and maps, which have no shape. */
const CONTAINER_MAKERS = new Set(
  'SequenceConstruct SequenceEmpty SequenceInsert SequenceErase SequenceMap SplitToSequence Optional ZipMap'.split(' '),
);

/** Values that are no tensors, as far as operators and declarations tell. */
function findContainers({ model, index }: ModelAnalysis): ReadonlySet<string> {
  const containers = new Set<string>();
  for (const { name, elementType } of [...model.graph.valueInfo.values(), ...model.graph.outputs]) {
    if (elementType === null) {
      containers.add(name);
    }
  }
  for (const node of index.order) {
    if (makesContainers(node, containers)) {
      node.outputs.forEach((name) => containers.add(name));
    }
  }
  return containers;
}

/** Identity and control flow hand on what they are given. */
function makesContainers(node: GraphNode, containers: ReadonlySet<string>): boolean {
  const handsOn = node.opType === 'Identity' || node.opType === 'Loop' || node.opType === 'OptionalGetElement';
  return CONTAINER_MAKERS.has(node.opType) || (handsOn && node.inputs.some((name) => containers.has(name)));
}
