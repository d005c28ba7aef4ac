import type { NodeCall } from './nodeCall';

/**
 * Emits the derivative with respect to one input, of the input's shape. Undefined where a rule has none: then a target
 * that depends on the tensor through this input is refused.
 */
export type InputDerivative = (() => string) | undefined;

/** By input of the node. Only those on a path from the tensor to the target are called. */
export type GradientRule = (call: NodeCall) => readonly InputDerivative[];

export type GradientRules = Readonly<Record<string, GradientRule>>;
