import type { InputScorer } from './inputScorer';
import type { JudgedMap } from './judgedMap';
import { normalizeMap } from './positivePart';

/**
 * The class's score when the input is multiplied by the map, stretched to 0…1: what the map leaves out becomes the 0 of
 * the input tensor, as in pytorch-grad-cam (the mean colour where the preprocessing subtracts it, else black). null for
 * a blank map, which has nothing to stretch.
 */
export async function scoreMasked({ drawn }: JudgedMap, scorer: InputScorer): Promise<number | null> {
  const share = normalizeMap(drawn);
  if (share === null) {
    return null;
  }
  const { channels, pixelStride, channelStride } = scorer.layout;
  const [score] = await scorer.scoreAll(1, (_, target) => {
    share.forEach((weight, pixel) => {
      for (let channel = 0; channel < channels; channel++) {
        const index = pixel * pixelStride + channel * channelStride;
        target[index] = scorer.input[index] * weight;
      }
    });
  });
  return score;
}
