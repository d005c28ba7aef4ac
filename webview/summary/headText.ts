import type { HeadKind } from '../../src/protocol/modelReport';

export const HEAD_TITLES: Record<HeadKind, string> = {
  'gap-linear': 'Global average pooling, then a linear layer',
  'linear-gap': 'A linear layer at every position, then global average pooling',
  'flatten-fc': 'Flatten, then one fully connected layer',
  'flatten-mlp': 'Flatten, then several fully connected layers',
  'gap-mlp': 'Global average pooling, then several fully connected layers',
  'gap-gmp-linear': 'Average and maximum pooling, then a linear layer',
  'token-gap-linear': 'Mean over tokens, then a linear layer',
  'density-sum': 'A density map that is summed up',
  other: 'A head of another kind',
  none: 'No classification head',
};

/** Whether the user's own head is one of the two that are compared, and which. */
export function toOwnVariant(kind: HeadKind): 'gap' | 'fc' | null {
  if (kind === 'gap-linear' || kind === 'linear-gap' || kind === 'token-gap-linear') {
    return 'gap';
  }
  return kind === 'flatten-fc' ? 'fc' : null;
}
