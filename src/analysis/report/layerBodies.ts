import type { GraphNode } from '../../graph/model';
import type { BodyInput, BodyLayer, LayerBody } from '../../protocol/layerBodies';
import { reportAttributes } from './attributes';
import type { BodySource, Surroundings } from './bodySources';
import { listBodySources } from './bodySources';
import { createValueReader, reportInputs, reportOutputs } from './bodyValues';

/** Functions that call functions multiply: more layers than these are counted, not listed. */
const MAXIMUM_LAYERS = 500;

interface Budget {
  left: number;
}

/**
 * What a node (by its index in the file) runs inside, with the shapes and types that were inferred there; empty for an
 * operator without bodies. `around`: the graph that it is in. Outer layers come before nested ones where not all are
 * listed. O(nodes of the bodies that are listed).
 */
export function reportLayerBodies(
  around: Surroundings,
  index: number,
  maximumLayers = MAXIMUM_LAYERS,
): readonly LayerBody[] {
  const node = around.nodes.find((one) => one.index === index);
  return node === undefined ? [] : reportBodies(node, around, { left: maximumLayers });
}

function reportBodies(node: GraphNode, around: Surroundings, budget: Budget): readonly LayerBody[] {
  const sources = listBodySources(node, around);
  // Each takes its share before any nested one does.
  const listed = sources.map(({ nodes }, position) => {
    const share = nodes.slice(0, Math.ceil(budget.left / (sources.length - position)));
    budget.left -= share.length;
    return share;
  });
  return sources.map((source, position) =>
    listBody(source, listed[position], budget, reportInputs(node, source, around)),
  );
}

function listBody(
  source: BodySource,
  listed: readonly GraphNode[],
  budget: Budget,
  inputs: readonly BodyInput[],
): LayerBody {
  const { kind, name, times, nodes } = source;
  const valueOf = createValueReader(source);
  return {
    kind,
    name,
    times,
    inputs,
    outputs: reportOutputs(source),
    layers: listed.map((inner): BodyLayer => ({
      index: inner.index,
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
