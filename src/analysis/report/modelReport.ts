import { basename } from 'node:path';
import { hasSubgraphs, listReads, type GraphIndex } from '../../graph/graphIndex';
import type { InferredGraph } from '../../graph/inferShapes';
import type { GraphNode, Model, ValueInfo } from '../../graph/model';
import { functionKey } from '../../graph/shapeRules/table';
import { NOTHING_KNOWN } from '../../graph/valueFacts';
import type { HeadReport, LayerReport, ModelReport, OutputReport, ValueReport } from '../../protocol/modelReport';
import type { ModelCosts } from '../cost';
import type { ModelParameters } from '../parameters';
import { reportAttributes } from './attributes';
import { createNoteFinder } from './notePlaces';
import { toTypeText } from './typeText';

/** The parts of an analysis that a report is made of. */
export interface ReportParts {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  readonly parameters: ModelParameters;
  readonly costs: ModelCosts;
  /** Main head first. */
  readonly heads: readonly HeadReport[];
  /** Values whose shape was measured, because it could not be inferred. */
  readonly measuredValues: ReadonlySet<string>;
  /** Beside those of the reader and of the inference. */
  readonly warnings: readonly string[];
}

/** Everything there is to show about a model, as plain data. */
export function buildModelReport(parts: ReportParts): ModelReport {
  const { model, inferred, costs, heads } = parts;
  const { graph } = model;
  return {
    schema: 1,
    file: { path: model.path, name: basename(model.path), sizeBytes: model.sizeBytes },
    format: 'onnx',
    irVersion: model.irVersion,
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    docString: model.docString,
    opsets: Object.fromEntries(model.opsets),
    metadata: Object.fromEntries(model.metadata),
    graph: { name: graph.name, docString: graph.docString, metadata: Object.fromEntries(graph.metadata) },
    ...reportGraph(parts),
    totals: { nodes: graph.nodes.length, ...costs.totals },
    heads,
    warnings: [...parts.warnings, ...model.warnings, ...inferred.warnings],
  };
}

/** What of a graph is drawn: of the model's, or of a body in the form of one. */
export type GraphParts = Pick<ReportParts, 'index' | 'parameters' | 'costs' | 'measuredValues'> & {
  readonly model: Pick<Model, 'graph' | 'functions'>;
  readonly inferred: Pick<InferredGraph, 'facts'>;
};

export function reportGraph(
  parts: GraphParts,
): Pick<ModelReport, 'inputs' | 'outputs' | 'layers' | 'initializers' | 'functions'> {
  const { model, index, inferred, parameters } = parts;
  const { graph, functions } = model;
  const hasNotes = createNoteFinder(model);
  return {
    inputs: graph.inputs.map((input) => reportValue(input, inferred)),
    outputs: graph.outputs.map((output) => reportValue(output, inferred)),
    layers: index.order.map((node) => {
      const layer = reportLayer(node, parts);
      return hasNotes(node) ? Object.assign(layer, { hasNotes: true as const }) : layer;
    }),
    initializers: parameters.tensors.map(({ name, type, shape, sizeBytes, role, storage }) => ({
      name,
      type,
      shape,
      sizeBytes,
      role,
      storage,
    })),
    functions: functions.map(({ domain, name, overload }) => functionKey(domain, name, overload)),
  };
}

function reportValue({ name, elementType, shape, notes }: ValueInfo, inferred: GraphParts['inferred']): ValueReport {
  return {
    ...(notes === undefined ? {} : { hasNotes: true }),
    name,
    type: elementType ?? inferred.facts.get(name)?.elementType ?? null,
    shape,
    boundShape: inferred.facts.get(name)?.shape ?? null,
  };
}

function reportLayer(node: GraphNode, parts: GraphParts): LayerReport {
  const cost = parts.costs.byNode.get(node);
  const outputs = node.outputs.filter((name) => name !== '');
  return {
    index: node.index,
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    inputs: listInputs(node),
    outputs: outputs.map((name) => reportOutput(name, parts)),
    attributes: reportAttributes(node),
    parameters: cost?.parameters ?? 0,
    macs: cost?.macs ?? null,
    activationBytes: cost?.activationBytes ?? null,
    weightBytes: cost?.weightBytes ?? 0,
  };
}

/** What sub-graphs read from around the node stands behind its own inputs. */
function listInputs(node: GraphNode): readonly string[] {
  return hasSubgraphs(node)
    ? [...node.inputs, ...listReads(node).filter((name) => !node.inputs.includes(name))]
    : node.inputs;
}

function reportOutput(name: string, { inferred, measuredValues }: GraphParts): OutputReport {
  const facts = inferred.facts.get(name) ?? NOTHING_KNOWN;
  const { shape } = facts;
  const type = toTypeText(facts);
  return measuredValues.has(name) ? { name, type, shape, shapeProvenance: 'measured' } : { name, type, shape };
}
