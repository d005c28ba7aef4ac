import type { NodeCall } from './nodeCall';
import type { Seed } from './seed';

/**
 * Emits the derivative with respect to one input, of the input's shape; a seed where more is known of it. Undefined where
 * a rule has none: then a target that depends on the tensor through this input is refused.
 */
export type InputDerivative = (() => string | Seed) | undefined;

/** By input of the node. Only those on a path from the tensor to the target are called. */
export type GradientRule = (call: NodeCall) => readonly InputDerivative[];

export type GradientRules = Readonly<Record<string, GradientRule>>;
