/** Which node of A corresponds to which of B, by position. */
export interface Matching {
  /** By position in A: position in B, or −1. */
  readonly partnerInB: Int32Array;
  readonly partnerInA: Int32Array;
  /** Keeps what is matched already. */
  match(a: number, b: number): boolean;
  /** Whether one of the graphs has no unmatched node left. */
  isComplete(): boolean;
}

export function createMatching(countA: number, countB: number): Matching {
  const partnerInB = new Int32Array(countA).fill(-1);
  const partnerInA = new Int32Array(countB).fill(-1);
  let left = Math.min(countA, countB);
  return {
    partnerInB,
    partnerInA,
    match(a, b) {
      const isFree = partnerInB[a] < 0 && partnerInA[b] < 0;
      if (isFree) {
        partnerInB[a] = b;
        partnerInA[b] = a;
        left -= 1;
      }
      return isFree;
    },
    isComplete: () => left === 0,
  };
}

/**
 * Matches nodes whose key occurs once among the unmatched nodes of each graph. null: the node takes no part.
 * `agrees` may refuse a pair.
 */
export function matchUnique<Key>(
  matching: Matching,
  keyOfA: (position: number) => Key | null,
  keyOfB: (position: number) => Key | null,
  agrees: (a: number, b: number) => boolean = () => true,
): void {
  const inA = findUnique(matching.partnerInB, keyOfA);
  const inB = findUnique(matching.partnerInA, keyOfB);
  for (const [key, a] of inA) {
    const b = inB.get(key) ?? -1;
    if (a >= 0 && b >= 0 && agrees(a, b)) {
      matching.match(a, b);
    }
  }
}

/** Position of each key; −1 for keys that occur again. */
function findUnique<Key>(partners: Int32Array, keyOf: (position: number) => Key | null): Map<Key, number> {
  const positions = new Map<Key, number>();
  partners.forEach((partner, position) => {
    const key = partner < 0 ? keyOf(position) : null;
    if (key !== null) {
      positions.set(key, positions.has(key) ? -1 : position);
    }
  });
  return positions;
}
