import type { ClassMaps } from '../analysis/heads/headDescription';
import { countStored, emitMap, emitStored } from './emittedValues';
import type { EmittedEvidence, MapContext } from './emitMaps';
import { emitCellCount } from './emitMaps';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { emitClassRows, emitNormalization } from './emitLayers';
import { emitPiece } from './emitPiece';
import type { SelectedClasses } from './selectClasses';
import { pickClasses } from './selectClasses';

/** Evidence of a head whose linear layer comes before the pool, and what its ledger leaves over. */
export interface EmittedClassMaps extends EmittedEvidence {
  /** [N, n, 1] bias path of the ledger; the maps themselves carry it. */
  readonly ledgerBias: string;
}

/**
 * The class maps are the maps: their mean (or sum) is the logit, with the layer's bias and any rectifier in them.
 * The ledger goes one layer further back: contribution of channel c = aggregate of mask·w[k,c]·F_c.
 * `factor` [B, n, 1] is what the head multiplies the pooled class maps with; null for 1.
 */
export function emitClassMaps(
  context: MapContext,
  classMaps: ClassMaps,
  selected: SelectedClasses,
  factor: string | null,
): EmittedClassMaps {
  const { builder } = context;
  const ledger = new ClassMapLedger(context, classMaps, selected);
  const picked = ledger.pick(classMaps.tensor);
  const { contributions, weights, bias } = ledger.pullBack(factor ?? builder.float32(1));
  return {
    maps: factor === null ? picked : builder.add('Mul', [picked, factor]),
    contributions,
    weights,
    isPerPosition: false,
    ledgerBias: bias,
  };
}

class ClassMapLedger {
  readonly #context: MapContext;
  readonly #builder: NodeBuilder;
  readonly #classMaps: ClassMaps;
  readonly #selected: SelectedClasses;

  constructor(context: MapContext, classMaps: ClassMaps, selected: SelectedClasses) {
    this.#context = context;
    this.#builder = context.builder;
    this.#classMaps = classMaps;
    this.#selected = selected;
  }

  /** Maps of the selected classes from a value with one map per class: [N, n, P]. */
  pick(tensor: string): string {
    const builder = this.#builder;
    const { elementType, quantization } = this.#classMaps;
    const layout = { ...this.#context.featureMap, elementType, quantization };
    const { flat } = emitMap(builder, tensor, layout);
    return pickClasses(builder, this.#selected, flat);
  }

  /** From the class maps back through element-wise steps to the layer; `derivative` [B, n, 1 or P]. */
  pullBack(derivative: string): { readonly contributions: string; readonly weights: string; readonly bias: string } {
    const builder = this.#builder;
    const biases: string[] = [];
    let current = derivative;
    let isUniform = true;
    for (const step of [...this.#classMaps.steps].reverse()) {
      if (step.kind === 'affine') {
        const { factor, offset } = this.#readAffine(step.operation);
        if (offset !== null) {
          biases.push(this.#aggregate(builder.add('Mul', [current, offset]), isUniform));
        }
        current = factor === null ? current : builder.add('Mul', [current, factor]);
      } else if (step.kind === 'rectifier') {
        const output = this.pick(step.output);
        const piece = emitPiece(
          builder,
          step.rectifier,
          output,
          () => this.pick(step.input),
          (stored) => this.#perClass(emitStored(builder, stored), countStored(stored)),
        );
        if (piece.constant !== null) {
          biases.push(this.#aggregate(builder.add('Mul', [current, piece.constant]), false));
        }
        current = builder.add('Mul', [current, piece.slope]);
        isUniform = false;
      }
    }
    const { layer } = this.#classMaps;
    if (layer.bias !== null) {
      const bias = this.#perClass(emitStored(builder, layer.bias), countStored(layer.bias));
      biases.push(this.#aggregate(builder.add('Mul', [current, bias]), isUniform));
    }
    return { ...this.#readLayer(current, isUniform), bias: builder.sum(biases) ?? builder.float32(0) };
  }

  #readAffine(operation: Extract<ClassMaps['steps'][number], { readonly kind: 'affine' }>['operation']): {
    readonly factor: string | null;
    readonly offset: string | null;
  } {
    const builder = this.#builder;
    if (operation.type === 'negate') {
      return { factor: builder.float32(-1), offset: null };
    }
    if (operation.type === 'normalize') {
      const { scale, shift } = emitNormalization(builder, operation);
      return {
        factor: this.#perClass(scale, this.#selected.count),
        offset: this.#perClass(shift, this.#selected.count),
      };
    }
    const constant = this.#perClass(emitStored(builder, operation.constant), countStored(operation.constant));
    switch (operation.type) {
      case 'add':
        return { factor: null, offset: constant };
      case 'subtract':
        return { factor: null, offset: builder.add('Neg', [constant]) };
      case 'subtractFrom':
        return { factor: builder.float32(-1), offset: constant };
      case 'multiply':
        return { factor: constant, offset: null };
      case 'divide':
        return { factor: builder.add('Div', [builder.float32(1), constant]), offset: null };
    }
  }

  /** A constant of one element or one per class, for the selected classes: [B, n, 1]. */
  #perClass(constant: string, count: number): string {
    const builder = this.#builder;
    return count === 1
      ? builder.reshape(constant, [1, 1, 1])
      : builder.gather(builder.reshape(constant, [-1, 1]), this.#selected.classes);
  }

  /** Mean or sum over the cells; a uniform value [B, n, 1] stands for all of them. */
  #aggregate(value: string, isUniform: boolean): string {
    const { aggregate } = this.#context;
    if (!isUniform) {
      return this.#builder.reduce(aggregate === 'mean' ? 'ReduceMean' : 'ReduceSum', value, [2], true);
    }
    return aggregate === 'mean' ? value : this.#builder.add('Mul', [value, emitCellCount(this.#context)]);
  }

  /** Σ over the kernel's elements of rows ∘ aggregate(derivative ∘ the map seen through that element). */
  #readLayer(derivative: string, isUniform: boolean): { readonly contributions: string; readonly weights: string } {
    const { layer, kernel } = this.#classMaps;
    const builder = this.#builder;
    const elements = kernel[0] * kernel[1];
    const rows = emitClassRows(builder, this.#selected, layer);
    if (elements === 1) {
      const { flat } = this.#context.emitted;
      const weights = isUniform ? builder.add('Mul', [rows, derivative]) : rows;
      return { contributions: this.#contribute(rows, derivative, flat, isUniform), weights };
    }
    const { channels } = this.#context.featureMap;
    const perElement = builder.reshape(rows, [0, 0, channels, elements]);
    const parts = Array.from({ length: elements }, (_, element) => {
      const elementRows = builder.reshape(builder.slice(perElement, element, element + 1, 3), [0, 0, channels]);
      return this.#contribute(elementRows, derivative, this.#shift(element), isUniform);
    });
    const weights = builder.reduce('ReduceSum', perElement, [3], false);
    return { contributions: builder.sum(parts) ?? '', weights };
  }

  #contribute(rows: string, derivative: string, flat: string, isUniform: boolean): string {
    const builder = this.#builder;
    const { aggregate, featureMap } = this.#context;
    if (isUniform) {
      const pooled = builder.reduce(aggregate === 'mean' ? 'ReduceMean' : 'ReduceSum', flat, [2], false);
      const weighted = builder.add('Mul', [rows, derivative]);
      return builder.add('Mul', [weighted, builder.reshape(pooled, [-1, 1, featureMap.channels])]);
    }
    const sums = builder.add('MatMul', [derivative, builder.transpose(flat, [0, 2, 1])]);
    const seen = aggregate === 'sum' ? sums : builder.add('Div', [sums, emitCellCount(this.#context)]);
    return builder.add('Mul', [rows, seen]);
  }

  /** The map as one element of a larger kernel sees it: moved by the element's place, zero outside. */
  #shift(element: number): string {
    const builder = this.#builder;
    const { kernel, padding, dilation } = this.#classMaps;
    const { height, width } = this.#context.featureMap;
    const row = Math.floor(element / kernel[1]) * dilation[0] - padding[0];
    const column = (element % kernel[1]) * dilation[1] - padding[1];
    const moved = builder.move(builder.move(this.#context.emitted.map, 2, row, height), 3, column, width);
    return builder.reshape(moved, [0, 0, -1]);
  }
}
