import type { LayerMeasurement } from '../src/protocol/measurement';
import type { DetailsByLayer } from './detailsByLayer';

/** Figures of layers that the report does not hold, by index in the file; empty before they are there. */
export interface LayerFigures {
  readonly details: DetailsByLayer['layers'];
  /** Milliseconds in measured runs. */
  readonly times: ReadonlyMap<number, number>;
}

export function toLayerFigures(details: DetailsByLayer | null, measurement: LayerMeasurement | null): LayerFigures {
  return {
    details: details?.layers ?? new Map(),
    times: new Map(measurement?.layers.map(({ index, ms }) => [index, ms])),
  };
}
