import type { GraphReport } from '../../src/protocol/layerBodies';
import type { LayerReport, ReportShape } from '../../src/protocol/modelReport';
import { findAuxiliaries, findReaders } from './auxiliaryLayers';
import { toModuleName } from './moduleName';
import { isElementwise } from './operatorFamily';
import type { FlowEdge, LayersItem, ValueItem } from './viewModel';

/** A box and its place in a topological order: its index in `Flow.units`. */
export type Unit = LayersItem | ValueItem;

/** The flat graph that is drawn: inputs first, outputs last. */
export interface Flow {
  readonly units: readonly Unit[];
  readonly edges: readonly FlowEdge[];
  /** For each unit the edges that start there. */
  readonly outgoing: readonly (readonly FlowEdge[])[];
  /** For each unit the edges that end there, in the order in which it reads them. */
  readonly incoming: readonly (readonly FlowEdge[])[];
  readonly readerOfAuxiliary: ReadonlyMap<number, number>;
  /** Names of the trainable tensors, whether stored or made by a node. */
  readonly parameters: ReadonlySet<string>;
}

/** Folds constants into their readers and element-wise layers into the layer they follow. */
export function toFlow(report: GraphReport): Flow {
  const outputs = new Set(report.outputs.map(({ name }) => name));
  const stored = report.initializers.filter(({ storage }) => storage !== 'node').map(({ name }) => name);
  const auxiliaries = findAuxiliaries(report.layers, stored, outputs);
  const drawn = report.layers.filter(({ index }) => !auxiliaries.layers.has(index));
  const carries = (name: string): boolean => name !== '' && !auxiliaries.tensors.has(name);
  const parameters = new Set(report.initializers.filter(({ role }) => role === 'parameter').map(({ name }) => name));
  const units: Unit[] = [
    ...report.inputs.map((value): Unit => ({ kind: 'value', id: `input:${value.name}`, role: 'input', value })),
    ...stackLayers(drawn, carries, outputs).map((layers): Unit => {
      return { kind: 'layers', id: `layer:${layers[0].index}`, layers, label: toLabel(layers[0], parameters) };
    }),
    ...report.outputs.map((value): Unit => ({ kind: 'value', id: `output:${value.name}`, role: 'output', value })),
  ];
  const edges = toFlowEdges(units, carries);
  const outgoing = units.map((): FlowEdge[] => []);
  const incoming = units.map((): FlowEdge[] => []);
  for (const edge of edges) {
    outgoing[edge.from].push(edge);
    incoming[edge.to].push(edge);
  }
  const readerOfAuxiliary = findReaders(report.layers, auxiliaries);
  return { units, edges, outgoing, incoming, readerOfAuxiliary, parameters };
}

function toLabel(layer: LayerReport, parameters: ReadonlySet<string>): string {
  return toModuleName(layer, parameters) ?? (layer.name || (layer.outputs[0]?.name ?? ''));
}

/** Runs of layers that share a box, each in order; the runs are ordered by their first layer, which is topological. */
function stackLayers(
  layers: readonly LayerReport[],
  carries: (tensor: string) => boolean,
  graphOutputs: ReadonlySet<string>,
): LayerReport[][] {
  const readerCount = new Map<string, number>();
  for (const { inputs } of layers) {
    for (const name of inputs) {
      readerCount.set(name, (readerCount.get(name) ?? 0) + 1);
    }
  }
  const endOf = new Map<string, LayerReport[]>();
  const stacks: LayerReport[][] = [];
  for (const layer of layers) {
    const data = isElementwise(layer.opType) ? layer.inputs.filter(carries) : [];
    let stack = data.length === 1 ? endOf.get(data[0]) : undefined;
    if (stack === undefined) {
      stack = [];
      stacks.push(stack);
    } else {
      endOf.delete(data[0]);
    }
    stack.push(layer);
    const read = layer.outputs.filter(({ name }) => readerCount.has(name) || graphOutputs.has(name));
    if (read.length === 1 && readerCount.get(read[0].name) === 1 && !graphOutputs.has(read[0].name)) {
      endOf.set(read[0].name, stack);
    }
  }
  return stacks;
}

function toFlowEdges(units: readonly Unit[], carries: (tensor: string) => boolean): FlowEdge[] {
  const producers = new Map<string, { position: number; shape: ReportShape }>();
  units.forEach((unit, position) => {
    if (unit.kind === 'layers') {
      for (const { outputs } of unit.layers) {
        for (const { name, shape } of outputs) {
          producers.set(name, { position, shape });
        }
      }
    } else if (unit.role === 'input') {
      producers.set(unit.value.name, { position, shape: unit.value.boundShape });
    }
  });
  const edges: FlowEdge[] = [];
  units.forEach((unit, to) => {
    const read = unit.kind === 'layers' ? readByLayers(unit, carries) : readByOutput(unit);
    read.forEach((tensor, index) => {
      const producer = producers.get(tensor);
      if (producer !== undefined && producer.position !== to && read.indexOf(tensor) === index) {
        edges.push({ from: producer.position, to, tensor, shape: producer.shape });
      }
    });
  });
  return edges;
}

function readByLayers({ layers }: LayersItem, carries: (tensor: string) => boolean): string[] {
  const read: string[] = [];
  for (const { inputs } of layers) {
    for (const name of inputs) {
      if (carries(name)) {
        read.push(name);
      }
    }
  }
  return read;
}

function readByOutput(unit: ValueItem): string[] {
  return unit.role === 'output' ? [unit.value.name] : [];
}
