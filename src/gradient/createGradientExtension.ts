import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import { readOpset } from '../graph/inference';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import { createClassSeed } from './emitClassSeed';
import { emitGradients } from './emitGradients';
import { toSeed, type Seed } from './seed';
import type { Sizes } from './knownShapes';
import { KnownShapes } from './knownShapes';
import { toGradientType } from './nodeCall';

export interface GradientRequest {
  /**
   * What is differentiated. `class`: the element of `output` at a class index per item, so that a batch of N gives N
   * independent gradients; `classes` are the indices of a run that feeds none. `weighted`: Σ seed ∘ value over the
   * named values.
   */
  readonly target:
    | { readonly kind: 'class'; readonly output: string; readonly classes?: readonly number[] }
    | { readonly kind: 'weighted'; readonly outputs: readonly string[] };
  /** Values of the main graph, inputs included. */
  readonly wrt: readonly string[];
}

/** Additions to the user's graph that compute derivatives, and the names under which a run takes and gives values. */
export interface GradientExtension {
  readonly extension: GraphExtension;
  readonly inputs: {
    /** int64 [N], or [1] for the whole batch; null for a weighted target. */
    readonly classes: string | null;
    /** Of the target's `outputs`, in their order, each of its shape and type. */
    readonly seeds: readonly string[];
  };
  /** In the order of `wrt`, each of its tensor's shape. */
  readonly gradients: readonly string[];
}

const OLDEST_OPSET = 9;

/**
 * Writes reverse-mode differentiation as ordinary ONNX nodes of the model's own operator set beside the user's.
 *
 * @throws UserError `badArgument` for values that the graph does not have, `notDifferentiable` naming the node that has
 * no derivative.
 */
export function createGradientExtension(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  { target, wrt }: GradientRequest,
): GradientExtension {
  const outputs = target.kind === 'class' ? [target.output] : target.outputs;
  checkRequest(model, inferred, [...outputs, ...wrt]);
  const builder = new NodeBuilder(readOpset(model.opsets, ''));
  const shapes = new KnownShapes(model, inferred);
  const seeds = new Map<string, Seed>();
  const given: string[] = [];
  let classes: string | null = null;
  if (target.kind === 'class') {
    const shape = ['headlight_targets'];
    classes = target.classes
      ? builder.inputWithDefault('target_classes', target.classes, shape)
      : builder.input('target_classes', 'int64', shape);
    seeds.set(target.output, createClassSeed(builder, shapes, target.output, classes));
  } else {
    outputs.forEach((name, position) => {
      const type = toGradientType(inferred.facts.get(name)?.elementType ?? null);
      const seed = builder.input(`seed_${position}`, type, nameDimensions(`seed_${position}`, shapes.sizes(name)));
      given.push(seed);
      seeds.set(name, toSeed(seed));
    });
  }
  const gradients = emitGradients({ builder, index, shapes }, seeds, wrt);
  const names = wrt.map((name, position) => {
    const label = `gradient_${position}`;
    const value = builder.add('Identity', [gradients.get(name) ?? ''], {}, label);
    const type = toGradientType(inferred.facts.get(name)?.elementType ?? null);
    return builder.output(value, type, nameDimensions(label, shapes.sizes(name)));
  });
  const inputs = { classes, seeds: given };
  return { extension: builder.finish(), inputs, gradients: names };
}

function checkRequest(model: Model, inferred: InferredGraph, names: readonly string[]): void {
  checkOperatorSet(model);
  const unknown = names.find((name) => !inferred.facts.has(name));
  if (unknown !== undefined) {
    const outputs = model.graph.outputs.map((output) => `"${output.name}"`).join(', ');
    throw new UserError(
      'badArgument',
      `The graph has no value "${unknown}". Its outputs are ${outputs}; "headlight inspect --json" lists all values.`,
    );
  }
}

/** Free sizes get names of their own. */
function nameDimensions(label: string, sizes: Sizes | null): readonly (number | string)[] | null {
  return sizes && sizes.map((size, axis) => size ?? `headlight_${label}_${axis}`);
}

/** @throws UserError `notDifferentiable` for operator sets older than derivatives are written for. */
export function checkOperatorSet(model: Model, what = 'Derivatives are'): void {
  const opset = readOpset(model.opsets, '');
  if (opset < OLDEST_OPSET) {
    throw new UserError(
      'notDifferentiable',
      `${what} written for operator set ${OLDEST_OPSET} and later, and this model uses ${opset}. ` +
        'Convert it with onnx.version_converter.',
    );
  }
}
