import { listReads } from '../graph/graphIndex';
import type { GraphIndex } from '../graph/graphIndex';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import { findActivePath } from './activePath';
import type { GradientRule } from './gradientRule';
import type { KnownShapes } from './knownShapes';
import { NodeCall } from './nodeCall';
import { findGradientRule } from './rules/table';
import { type Seed, toSeed } from './seed';

/** Where derivatives are written: the model's graph with what is known of its shapes, and the nodes to be added. */
export interface GradientContext {
  readonly builder: NodeBuilder;
  readonly index: GraphIndex;
  readonly shapes: KnownShapes;
}

/**
 * Reverse-mode differentiation, written as nodes: for each tensor of `wrt`, the derivative of Σ seed ∘ value over the
 * entries of `seeds` (by value of the model). Returns the derivatives' names by tensor, each of
 * its tensor's shape and type (float32 for quantised tensors). Only nodes on a path between the two are emitted.
 *
 * @throws UserError `notDifferentiable` when an operator on the way has no rule, or nothing depends on the tensor.
 */
export function emitGradients(
  { builder, index, shapes }: GradientContext,
  seeds: ReadonlyMap<string, Seed>,
  wrt: readonly string[],
): ReadonlyMap<string, string> {
  const { nodes, dependent } = findActivePath(index, shapes, seeds.keys(), wrt);
  const parts = new Map<string, Seed[]>([...seeds].map(([name, seed]) => [name, [seed]]));
  const totals = new Map<string, Seed>();
  const total = (name: string): Seed | null => {
    const known = totals.get(name) ?? addUp(builder, parts.get(name) ?? []);
    if (known !== null) {
      totals.set(name, known);
    }
    return known;
  };
  for (const node of nodes) {
    const gradients = node.outputs.map((name) => (name === '' ? null : total(name)));
    if (gradients.every((gradient) => gradient === null)) {
      continue;
    }
    const call = new NodeCall(node, builder, shapes, gradients);
    for (const [name, derivative] of emitDerivatives(call, dependent)) {
      parts.set(name, [...(parts.get(name) ?? []), toSeed(derivative)]);
    }
  }
  return new Map(wrt.map((name) => [name, total(name)?.emit() ?? refuseUnrelated(name, [...seeds.keys()])]));
}

/**
 * Whether derivatives could be emitted, by the operators alone: nothing is written. What a rule finds wanting in its node
 * comes out when it is used.
 *
 * @throws UserError `notDifferentiable` as `emitGradients` does.
 */
export function checkOperators({ builder, index, shapes }: GradientContext, target: string, wrt: string): void {
  const { nodes, dependent } = findActivePath(index, shapes, [target], [wrt]);
  nodes.forEach((node) => findRule(new NodeCall(node, builder, shapes, []), dependent));
  if (nodes.length === 0 && target !== wrt) {
    refuseUnrelated(wrt, [target]);
  }
}

function findRule(call: NodeCall, dependent: ReadonlySet<string>): GradientRule {
  const { node } = call;
  const rule = findGradientRule(node.domain, node.opType) ?? call.fail('the operator has no derivative here');
  const captured = listReads(node).some((name) => dependent.has(name) && !node.inputs.includes(name));
  return captured ? call.fail('its body reads values from outside') : rule;
}

/** Derivatives with respect to the node's inputs that depend on a wanted tensor; an input may occur twice. */
function emitDerivatives(call: NodeCall, dependent: ReadonlySet<string>): [name: string, derivative: string][] {
  const { node } = call;
  const derivatives = findRule(call, dependent)(call);
  return node.inputs.flatMap((name, position): [string, string][] => {
    if (name === '' || !dependent.has(name)) {
      return [];
    }
    const emit =
      derivatives[position] ?? call.fail(`it depends on input ${position} ("${name}") in a way that has none`);
    return [[name, emit()]];
  });
}

function addUp(builder: NodeBuilder, parts: readonly Seed[]): Seed | null {
  if (parts.length <= 1) {
    return parts[0] ?? null;
  }
  const values = parts.map(({ emit }) => emit());
  return toSeed(builder.add(parts.length === 2 ? 'Add' : 'Sum', values));
}

function refuseUnrelated(name: string, targets: readonly string[]): never {
  throw new UserError(
    'notDifferentiable',
    `${targets.map((target) => `"${target}"`).join(', ')} does not depend on "${name}", or only through steps such as ` +
      'rounding or comparing: its derivative is zero everywhere. Choose a tensor on the way from the input to the output.',
  );
}
