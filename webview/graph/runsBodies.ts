import type { GraphReport } from '../../src/protocol/layerBodies';
import type { LayerReport } from '../../src/protocol/modelReport';

/** Whether a layer calls a function of the model, of whichever overload, or holds graphs. */
export function runsBodies(
  { attributes, domain, opType }: LayerReport,
  { functions }: Pick<GraphReport, 'functions'>,
): boolean {
  const called = domain === '' ? opType : `${domain}:${opType}`;
  return (
    functions.some((name) => name === called || name.startsWith(`${called}:`)) ||
    attributes.some(({ type }) => type === 'graph' || type === 'graphs')
  );
}
