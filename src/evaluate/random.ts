/** Uniform in [0, 1), the same for the same seed: Marsaglia's xorshift32, "Xorshift RNGs", 2003. */
export function createRandom(seed: number): () => number {
  // Multiplied so that neighbouring seeds start far apart; the state must not be 0.
  let state = Math.imul(seed + 1, 0x9e3779b9) || 0x9e3779b9;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  };
  next();
  return next;
}

/** Standard normal (Box and Muller 1958). */
export function createNormal(seed: number): () => number {
  const random = createRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
