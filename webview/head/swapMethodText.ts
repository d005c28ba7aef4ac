import type { SwapMethod, SwapTarget } from '../../src/protocol/headSwap';

export const TARGET_TITLES: Readonly<Record<SwapTarget, string>> = {
  gap: 'GAP: average, then a linear layer',
  fc: 'FC: flatten, then a linear layer',
};

/** What each method does, in a sentence. */
export const METHOD_TEXTS: Readonly<Record<SwapMethod, { readonly title: string; readonly meaning: string }>> = {
  tie: {
    title: 'Tie the weights',
    meaning: 'Every position gets the old weights divided by H·W: the same logits exactly, and room to train further.',
  },
  project: {
    title: 'Project',
    meaning: 'Adds up each class’s weights over the positions: the nearest pooled head. No images needed.',
  },
  distill: {
    title: 'Distill',
    meaning: 'Fits the new head to the old one’s logits on your images by ridge least squares. No labels needed.',
  },
  fit: {
    title: 'Fit to labels',
    meaning: 'Logistic regression on labelled images; the new head may have other classes.',
  },
};
