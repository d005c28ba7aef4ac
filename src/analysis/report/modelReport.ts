import { basename } from 'node:path';
import type { GraphIndex } from '../../graph/graphIndex';
import type { InferredGraph } from '../../graph/inferShapes';
import type { GraphNode, Model, ValueInfo } from '../../graph/model';
import type { HeadReport, LayerReport, ModelReport, ReceptiveField, ValueReport } from '../../protocol/modelReport';
import type { ModelCosts } from '../cost';
import type { ModelParameters } from '../parameters';
import { reportAttributes } from './attributes';

/** The parts of an analysis that a report is made of. */
export interface ReportParts {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  readonly parameters: ModelParameters;
  readonly costs: ModelCosts;
  /** Main head first. */
  readonly heads: readonly HeadReport[];
  readonly receptiveField: ReceptiveField | null;
  /** Beside those of the reader and of the inference. */
  readonly warnings: readonly string[];
}

/** Everything there is to show about a model, as plain data. */
export function buildModelReport(parts: ReportParts): ModelReport {
  const { model, index, inferred, parameters, costs, heads, receptiveField } = parts;
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
    inputs: graph.inputs.map((input) => reportValue(input, inferred)),
    outputs: graph.outputs.map((output) => reportValue(output, inferred)),
    layers: index.order.map((node) => reportLayer(node, inferred, costs)),
    initializers: parameters.tensors.map(({ name, type, shape, sizeBytes, role, storage }) => ({
      name,
      type,
      shape,
      sizeBytes,
      role,
      storage,
    })),
    functions: model.functions.map(({ domain, name }) => (domain === '' ? name : `${domain}:${name}`)),
    totals: { nodes: graph.nodes.length, ...costs.totals },
    heads,
    receptiveField,
    warnings: [...parts.warnings, ...model.warnings, ...inferred.warnings],
  };
}

function reportValue({ name, elementType, shape }: ValueInfo, inferred: InferredGraph): ValueReport {
  return {
    name,
    type: elementType ?? inferred.elementTypes.get(name) ?? null,
    shape,
    boundShape: inferred.shapes.get(name) ?? null,
  };
}

function reportLayer(node: GraphNode, inferred: InferredGraph, costs: ModelCosts): LayerReport {
  const cost = costs.byNode.get(node);
  return {
    index: node.index,
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    inputs: node.inputs,
    outputs: node.outputs
      .filter((name) => name !== '')
      .map((name) => ({
        name,
        type: inferred.elementTypes.get(name) ?? null,
        shape: inferred.shapes.get(name) ?? null,
      })),
    attributes: reportAttributes(node),
    parameters: cost?.parameters ?? 0,
    macs: cost?.macs ?? null,
    activationBytes: cost?.activationBytes ?? null,
    weightBytes: cost?.weightBytes ?? 0,
  };
}
