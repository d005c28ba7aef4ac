import type { CreateView } from '../app';

export const createSummaryView: CreateView = () => ({
  element: document.createElement('section'),
  draw: () => undefined,
});
