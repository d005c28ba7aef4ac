const SLOTS = 1 << 12;
/** Longer messages rarely repeat. */
export const LONGEST_CACHED = 64;

/**
 * Hands out the same value for the same bytes: most nodes of a network have the attributes of others (strides, pads,
 * axes), most values the shape of others, and a look-up costs a fraction of parsing and no memory. Only for messages that
 * refer to nothing else.
 */
export class MessageCache<T> {
  readonly #slots = new Array<{ readonly bytes: Uint8Array; readonly value: T } | undefined>(SLOTS);

  find(bytes: Uint8Array): T | undefined {
    const entry = this.#slots[toSlot(bytes)];
    return entry !== undefined && isSame(entry.bytes, bytes) ? entry.value : undefined;
  }

  /** `bytes` must not change afterwards. */
  keep(bytes: Uint8Array, value: T): void {
    this.#slots[toSlot(bytes)] = { bytes, value };
  }
}

function toSlot(bytes: Uint8Array): number {
  let hash = bytes.length;
  for (let index = 0; index < bytes.length; index++) {
    hash = (Math.imul(hash, 31) + bytes[index]) | 0;
  }
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) {
    return false;
  }
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) {
      return false;
    }
  }
  return true;
}
