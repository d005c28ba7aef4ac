import type { LayerStatus } from '../../src/protocol/comparison';

/** How a layer's status looks: a mark that is read without colour, and words. */
export const STATUSES: Readonly<
  Record<LayerStatus, { readonly mark: string; readonly title: string; readonly plural: string }>
> = {
  equal: { mark: '=', title: 'Equal', plural: 'equal' },
  changed: { mark: '~', title: 'Changed', plural: 'changed' },
  added: { mark: '+', title: 'Only in B', plural: 'only in B' },
  removed: { mark: '−', title: 'Only in A', plural: 'only in A' },
};
