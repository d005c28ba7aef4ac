import type { LayerStatus } from '../../src/protocol/comparison';

/** How a layer's status looks: a mark that is read without colour, and words. */
export const STATUSES: Readonly<Record<LayerStatus, { readonly mark: string; readonly title: string }>> = {
  equal: { mark: '=', title: 'Equal' },
  changed: { mark: '~', title: 'Changed' },
  added: { mark: '+', title: 'Only in B' },
  removed: { mark: '−', title: 'Only in A' },
};
