import type { GraphReport } from '../../src/protocol/layerBodies';
import type { LayerReport } from '../../src/protocol/modelReport';

/** Names that calls have, by the list of a report's functions: without what tells functions of one name apart. */
const called = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether a layer calls a function of the model, of whichever overload, or holds graphs. */
export function runsBodies(
  { attributes, domain, opType }: LayerReport,
  { functions }: Pick<GraphReport, 'functions'>,
): boolean {
  const names = called.get(functions) ?? new Set(functions.flatMap((name) => [name, name.replace(/:[^:]*$/, '')]));
  called.set(functions, names);
  return (
    names.has(domain === '' ? opType : `${domain}:${opType}`) ||
    attributes.some(({ type }) => type === 'graph' || type === 'graphs')
  );
}
