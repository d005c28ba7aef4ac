/** A map that the host is asked for: one class of one image, by a method at a layer. */
export interface MapRequest {
  readonly imageId: string;
  /** Id of the method. */
  readonly method: string;
  /** Tensor name; null for methods that draw at no layer of one's choice. */
  readonly layer: string | null;
  readonly classIndex: number;
  /** Class whose logit is subtracted; null for none. */
  readonly contrast: number | null;
}

/** Equal for requests that ask for the same. */
export function toMapKey({ imageId, method, layer, classIndex, contrast }: MapRequest): string {
  return JSON.stringify([imageId, method, layer, classIndex, contrast]);
}
