import type { TargetChoice } from '../../src/protocol/target';

/** A map that the host is asked for: one class or other target of one image, by a method at a layer. */
export interface MapRequest {
  readonly imageId: string;
  /** Id of the method. */
  readonly method: string;
  /** Tensor name; null for methods that draw at no layer of one's choice. */
  readonly layer: string | null;
  /** What is explained in place of a class; null: a class. */
  readonly target: TargetChoice | null;
  /** NO_CLASS where the target is no class. */
  readonly classIndex: number;
  /** Class whose logit is subtracted; null for none. */
  readonly contrast: number | null;
  /** Layers at which the same is wanted too; no part of what is asked for. */
  readonly beside?: readonly string[];
}

/** Equal for requests that ask for the same. */
export function toMapKey({ imageId, method, layer, target, classIndex, contrast }: MapRequest): string {
  return JSON.stringify([imageId, method, layer, target, classIndex, contrast]);
}
