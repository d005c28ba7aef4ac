import type { Attribute } from '../graph/model';

const SLOTS = 1 << 12;
/** Longer attributes rarely repeat. */
export const LONGEST_CACHED = 64;

export interface NamedAttribute {
  readonly name: string;
  readonly attribute: Attribute;
}

/**
 * Hands out the same attribute for the same bytes: most nodes of a network have the attributes of others (strides, pads,
 * axes), and a look-up costs a fraction of parsing one, and no memory. Only for attributes that refer to nothing else.
 */
export class AttributeCache {
  readonly #slots = new Array<{ readonly bytes: Uint8Array; readonly value: NamedAttribute } | undefined>(SLOTS);

  find(bytes: Uint8Array): NamedAttribute | undefined {
    const entry = this.#slots[toSlot(bytes)];
    return entry !== undefined && isSame(entry.bytes, bytes) ? entry.value : undefined;
  }

  /** `bytes` must not change afterwards. */
  keep(bytes: Uint8Array, value: NamedAttribute): void {
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
