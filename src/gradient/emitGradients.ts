import { listReads } from '../graph/graphIndex';
import type { GraphIndex } from '../graph/graphIndex';
import type { GraphNode } from '../graph/model';
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
  context: GradientContext,
  seeds: ReadonlyMap<string, Seed>,
  wrt: readonly string[],
): ReadonlyMap<string, string> {
  return createGradients(context, seeds)(wrt);
}

/**
 * The same for tensors that are asked for one after the other: what two of them have in common is written once. A tensor
 * that is refused leaves the others as they are.
 */
export function createGradients(
  { builder, index, shapes }: GradientContext,
  seeds: ReadonlyMap<string, Seed>,
): (wrt: readonly string[]) => ReadonlyMap<string, string> {
  const parts = new Map<string, Seed[]>([...seeds].map(([name, seed]) => [name, [seed]]));
  const totals = new Map<string, Seed>();
  const written = new Map<GraphNode, Set<number>>();
  const total = (name: string): Seed | null => {
    const known = totals.get(name) ?? addUp(builder, parts.get(name) ?? []);
    if (known !== null) {
      totals.set(name, known);
    }
    return known;
  };
  return (wrt) => {
    const { nodes, dependent } = findActivePath(index, shapes, seeds.keys(), wrt);
    for (const node of nodes) {
      const gradients = node.outputs.map((name) => (name === '' ? null : total(name)));
      if (gradients.every((gradient) => gradient === null)) {
        continue;
      }
      const done = written.get(node) ?? new Set<number>();
      written.set(node, done);
      const call = new NodeCall(node, builder, shapes, gradients);
      for (const { position, name, emit } of listDerivatives(call, dependent, done)) {
        const derivative = emit();
        const seed = typeof derivative === 'string' ? toSeed(derivative) : derivative;
        parts.set(name, [...(parts.get(name) ?? []), seed]);
        done.add(position);
      }
    }
    return new Map(wrt.map((name) => [name, total(name)?.emit() ?? refuseUnrelated(name, [...seeds.keys()])]));
  };
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

interface WantedDerivative {
  readonly position: number;
  readonly name: string;
  readonly emit: () => string | Seed;
}

/** Those with respect to the node's inputs that depend on a wanted tensor, but for those done; an input may occur twice. */
function listDerivatives(
  call: NodeCall,
  dependent: ReadonlySet<string>,
  done: ReadonlySet<number>,
): readonly WantedDerivative[] {
  const wanted = call.node.inputs
    .map((name, position) => ({ name, position }))
    .filter(({ name, position }) => name !== '' && dependent.has(name) && !done.has(position));
  if (wanted.length === 0) {
    return [];
  }
  const derivatives = findRule(call, dependent)(call);
  return wanted.map(({ name, position }) => {
    const emit = () =>
      derivatives[position]?.() ?? call.fail(`it depends on input ${position} ("${name}") in a way that has none`);
    return { position, name, emit };
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
