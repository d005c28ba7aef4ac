import { toAttributeText } from '../analysis/report/attributes';
import type { GraphNode, TensorInfo } from '../graph/model';
import type { LayerChange } from '../protocol/comparison';
import { listTellingAttributes } from './attributeDefaults';
import { toAttributeKey } from './attributeKey';
import type { ComparedGraph } from './comparedGraph';
import { toSourceOutput, toSourcePosition } from './comparedGraph';
import { toOperator } from './labels';
import type { Matching } from './matching';

interface Place {
  readonly graph: ComparedGraph;
  readonly position: number;
}

/** What the graphs show of two aligned nodes without reading weights: operator, attributes, output shapes, inputs. */
export function describeChanges(a: Place, b: Place, matching: Matching): LayerChange[] {
  const [one, other] = [nodeAt(a), nodeAt(b)];
  const [operatorA, operatorB] = [toOperator(one), toOperator(other)];
  return [
    ...(operatorA === operatorB ? [] : [change('operator', 'operator', operatorA, operatorB)]),
    ...describeAttributes(one, other),
    ...describeOutputs(a, b),
    ...describeInputs(a, b, matching),
  ];
}

/** A stored tensor that only one of the nodes reads, or one of another type or other dimensions. */
export function describeWeightChange(name: string, a: TensorInfo | null, b: TensorInfo | null): LayerChange | null {
  const [textA, textB] = [describeTensor(a), describeTensor(b)];
  return textA === textB ? null : change('weight', name, textA, textB);
}

function nodeAt({ graph, position }: Place): GraphNode {
  return graph.nodes[position];
}

function change(kind: LayerChange['kind'], name: string, a: string | null, b: string | null): LayerChange {
  return { kind, name, a, b };
}

function describeAttributes(a: GraphNode, b: GraphNode): LayerChange[] {
  const [ownA, ownB] = [listTellingAttributes(a), listTellingAttributes(b)];
  const names = new Set([...ownA.keys(), ...ownB.keys()]);
  return [...names].flatMap((name) => {
    // What one model leaves out may still be stated, as its default, in the other.
    const [one, other] = [a.attributes.get(name), b.attributes.get(name)];
    const isEqual = (one && toAttributeKey(one)) === (other && toAttributeKey(other));
    return isEqual
      ? []
      : [change('attribute', name, one ? toAttributeText(one) : null, other ? toAttributeText(other) : null)];
  });
}

function describeOutputs(a: Place, b: Place): LayerChange[] {
  const [one, other] = [a, b].map((place) => nodeAt(place).outputs.map((name) => describeValue(place, name)));
  const count = Math.max(one.length, other.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const [textA, textB] = [one[index] ?? null, other[index] ?? null];
    const name = count === 1 ? 'output' : `output ${index + 1}`;
    return textA === textB ? [] : [change('shape', name, textA, textB)];
  });
}

function describeValue({ graph: { inferred } }: Place, name: string): string {
  const shape = inferred.facts.get(name)?.shape ?? null;
  const sizes = shape === null ? '?' : shape.map((size) => size ?? '?').join('×') || 'scalar';
  return `${inferred.facts.get(name)?.elementType ?? '?'} ${sizes}`;
}

/**
 * Inputs that come from other nodes than the counterparts of A's. A node put in or taken out between two layers changes
 * neither of them, so only producers that both models have count.
 */
function describeInputs(a: Place, b: Place, matching: Matching): LayerChange[] {
  const one = a.graph.effectiveSources[a.position];
  const other = b.graph.effectiveSources[b.position];
  const changes: LayerChange[] = [];
  for (let slot = 0; slot < Math.min(one.length, other.length); slot++) {
    const [from, to] = [toSourcePosition(one[slot]), toSourcePosition(other[slot])];
    const areShared = from >= 0 && to >= 0 && matching.partnerInB[from] >= 0 && matching.partnerInA[to] >= 0;
    const isOther = matching.partnerInB[from] !== to || toSourceOutput(one[slot]) !== toSourceOutput(other[slot]);
    const isMoved = from < 0 && to < 0 && one[slot] !== other[slot];
    if (isMoved || (areShared && isOther)) {
      const name = `input ${slot + 1}`;
      changes.push(change('input', name, nodeAt(a).inputs[slot] ?? null, nodeAt(b).inputs[slot] ?? null));
    }
  }
  return changes;
}

function describeTensor(tensor: TensorInfo | null): string | null {
  return tensor === null ? null : `${tensor.elementType} ${tensor.dims.join('×') || 'scalar'}`;
}
