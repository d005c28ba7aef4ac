type Dimensions = readonly (number | string | null)[];

/**
 * What a query such as `112x112`, `1×32×112×112` or `n×3×?×?` asks of a shape: that its dimensions occur there one after
 * the other, `?` and `*` standing for any. null: the word is no shape.
 */
export function toShapeMatch(word: string): ((shape: Dimensions) => boolean) | null {
  const dimensions = word.split(/[x×]/);
  const isShape = dimensions.length > 1 && dimensions.every((one) => /^(\d+|[?*]|[a-z_]\w*)$/.test(one));
  if (!isShape || !dimensions.some((one) => /^\d+$/.test(one))) {
    return null;
  }
  const fits = (wanted: string, found: number | string | null): boolean =>
    wanted === '?' || wanted === '*' || wanted === String(found).toLowerCase();
  return (shape) =>
    shape.some(
      (_, start) =>
        start + dimensions.length <= shape.length &&
        dimensions.every((wanted, offset) => fits(wanted, shape[start + offset])),
    );
}
