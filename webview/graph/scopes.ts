import { readModule } from './moduleName';
import type { Flow, Unit } from './units';

/** A path of names from the outermost module to the innermost; [] is the model itself. */
export type Scope = readonly string[];

/** Names come from the file and may be anything; no exporter nests modules deeper. */
const DEEPEST = 16;

/**
 * The module that each unit belongs to, as far as names tell. Exporters write it into the node's name
 * (`/body/body.8/Conv`) or keep it only in the names of the weights (`blocks.3._expand_conv.weight`). A layer without
 * either belongs where its latest producer does.
 */
export function assignScopes(flow: Flow, parameters: ReadonlySet<string>): Scope[] {
  const latestProducer = new Map<number, number>();
  for (const { from, to } of flow.edges) {
    latestProducer.set(to, Math.max(from, latestProducer.get(to) ?? -1));
  }
  const scopes: Scope[] = [];
  flow.units.forEach((unit, position) => {
    const producer = latestProducer.get(position);
    scopes.push(readScope(unit, parameters) ?? (producer === undefined ? [] : scopes[producer]));
  });
  return scopes;
}

function readScope(unit: Unit, parameters: ReadonlySet<string>): Scope | null {
  if (unit.kind === 'value') {
    return [];
  }
  for (const layer of unit.layers) {
    const segments = layer.name.split('/').filter((segment) => segment !== '');
    if (layer.name.includes('/')) {
      return segments.slice(0, -1).slice(0, DEEPEST);
    }
    const module = readModule(layer, parameters);
    if (module !== null) {
      return module.slice(0, -1).slice(0, DEEPEST);
    }
  }
  return null;
}
