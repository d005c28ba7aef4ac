import { readInt } from '../attributes';
import { readReducedAxes } from '../shapeRules/reduction';
import { valueOf } from '../valueFacts';
import type { FoldRule } from './foldRule';
import { foldEach, toIndices } from './foldRule';

const reduce =
  (compute: (elements: readonly number[]) => number): FoldRule =>
  (call, outputs) => {
    const value = valueOf(call, 0);
    const axes = readReducedAxes(call);
    if (value === null || axes === null) {
      return [null];
    }
    const keep = (readInt(call.node, 'keepdims') ?? 1) !== 0;
    // Every input element belongs to the output element that has its indices on the axes that remain.
    const groups = new Map<string, (number | null)[]>();
    value.data.forEach((element, flat) => {
      const indices = toIndices(flat, value.dims);
      const key = indices.filter((_, axis) => !axes.has(axis)).join();
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, [element]);
      } else {
        group.push(element);
      }
    });
    return foldEach(outputs[0], (flat, dims) => {
      const indices = toIndices(flat, dims);
      const key = (keep ? indices.filter((_, axis) => !axes.has(axis)) : indices).join();
      const elements = groups.get(key) ?? [];
      return elements.every((element) => element !== null) ? compute(elements) : null;
    });
  };

export const reductionFolds: Readonly<Record<string, FoldRule>> = {
  ReduceProd: reduce((elements) => elements.reduce((product, element) => product * element, 1)),
  ReduceSum: reduce((elements) => elements.reduce((sum, element) => sum + element, 0)),
  ReduceMean: reduce((elements) => elements.reduce((sum, element) => sum + element, 0) / elements.length),
  ReduceMax: reduce((elements) => Math.max(...elements)),
  ReduceMin: reduce((elements) => Math.min(...elements)),
};
