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
export function assignScopes(flow: Flow): Scope[] {
  const scopes: Scope[] = [];
  flow.units.forEach((unit, position) => {
    const latestProducer = flow.incoming[position].reduce((latest, { from }) => Math.max(latest, from), -1);
    scopes.push(readScope(unit, flow.parameters) ?? (latestProducer === -1 ? [] : scopes[latestProducer]));
  });
  return scopes;
}

function readScope(unit: Unit, parameters: ReadonlySet<string>): Scope | null {
  if (unit.kind === 'value') {
    return [];
  }
  for (const layer of unit.layers) {
    if (layer.name.includes('/')) {
      const segments = layer.name.split('/').filter((segment) => segment !== '');
      return segments.slice(0, -1).slice(0, DEEPEST);
    }
    const module = readModule(layer, parameters);
    if (module !== null) {
      return module.slice(0, -1).slice(0, DEEPEST);
    }
  }
  return null;
}
