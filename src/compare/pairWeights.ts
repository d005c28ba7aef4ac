import { computeSizeBytes, isFloatType } from '../graph/elementTypes';
import type { ElementType, GraphNode, TensorInfo } from '../graph/model';
import type { LayerChange, StoredWeight, WeightPair, WeightVerdict } from '../protocol/comparison';
import type { ComparedGraph } from './comparedGraph';
import { describeWeightChange } from './describeChanges';
import { findStored, readConstant } from './storedInputs';

/** Two stored tensors that stand in the same place. */
export interface TensorPair {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

/** All pairs of stored tensors of two aligned graphs, each once. */
export interface WeightPairs {
  readonly tensors: readonly TensorPair[];
  readonly report: readonly WeightPair[];
  /** Pairs of two aligned nodes, as positions in `tensors`, and what differs about their types and dimensions. */
  add(a: GraphNode, b: GraphNode): { readonly weights: readonly number[]; readonly changes: readonly LayerChange[] };
}

export function createWeightPairs(graphA: ComparedGraph, graphB: ComparedGraph): WeightPairs {
  const tensors: TensorPair[] = [];
  const report: WeightPair[] = [];
  const known = new Map<TensorInfo, Map<TensorInfo, number>>();

  function keep(a: TensorInfo, b: TensorInfo): number {
    const partners = known.get(a) ?? new Map<TensorInfo, number>();
    known.set(a, partners);
    let position = partners.get(b);
    if (position === undefined) {
      position = tensors.length;
      partners.set(b, position);
      tensors.push({ a, b });
      report.push({ a: toStoredWeight(a), b: toStoredWeight(b), verdict: judge(a, b), comparable: isComparable(a, b) });
    }
    return position;
  }

  return {
    tensors,
    report,
    add(a, b) {
      const weights: number[] = [];
      const changes: LayerChange[] = [];
      for (const { name, one, other } of listPlaces(graphA, a, graphB, b)) {
        const change = describeWeightChange(name, one, other);
        if (change !== null) {
          changes.push(change);
        }
        if (one !== null && other !== null) {
          weights.push(keep(one, other));
        }
      }
      return { weights: [...new Set(weights)], changes };
    },
  };
}

interface WeightPlace {
  readonly name: string;
  readonly one: TensorInfo | null;
  readonly other: TensorInfo | null;
}

/** By input; a computed input on one side has no tensor there and is no weight that came or went. */
function listPlaces(graphA: ComparedGraph, a: GraphNode, graphB: ComparedGraph, b: GraphNode): WeightPlace[] {
  const places: WeightPlace[] = [];
  for (let slot = 0; slot < Math.max(a.inputs.length, b.inputs.length); slot++) {
    const [nameA, nameB] = [a.inputs[slot] ?? '', b.inputs[slot] ?? ''];
    const one = nameA === '' ? null : findStored(graphA, nameA);
    const other = nameB === '' ? null : findStored(graphB, nameB);
    const isComputed = (nameA !== '' && one === null) || (nameB !== '' && other === null);
    if (!isComputed && (one !== null || other !== null)) {
      places.push({ name: (one ?? other)?.name || `input ${slot + 1}`, one, other });
    }
  }
  const [constantA, constantB] = [readConstant(a), readConstant(b)];
  if (constantA !== null && constantB !== null) {
    places.push({ name: 'value', one: constantA, other: constantB });
  }
  return places;
}

function toStoredWeight({ name, elementType, dims }: TensorInfo): StoredWeight {
  return { name, type: elementType, shape: dims, sizeBytes: computeSizeBytes(elementType, countOf(dims)) ?? 0 };
}

/** What can be said without reading: other types or dimensions differ, and small tensors are kept with the structure. */
function judge(a: TensorInfo, b: TensorInfo): WeightVerdict {
  if (a.elementType !== b.elementType || a.dims.join() !== b.dims.join()) {
    return 'different';
  }
  const [one, other] = [a.payload, b.payload];
  if (one.kind === 'inline' && other.kind === 'inline' && one.field === other.field) {
    return Buffer.compare(one.bytes, other.bytes) === 0 ? 'equal' : 'different';
  }
  return 'unknown';
}

/** Integers of different types stand for other numbers by scales that are stored elsewhere. */
function isComparable(a: TensorInfo, b: TensorInfo): boolean {
  const areReal = isFloatType(a.elementType)
    ? isFloatType(b.elementType)
    : a.elementType === b.elementType && isIntegerType(a.elementType);
  return areReal && countOf(a.dims) === countOf(b.dims);
}

function isIntegerType(elementType: ElementType): boolean {
  return /^u?int\d+$/.test(elementType) || elementType === 'bool';
}

function countOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}
