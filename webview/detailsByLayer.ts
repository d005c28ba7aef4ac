import type { LayerDetails, ModelDetails } from '../src/protocol/modelDetails';

/** The details of a model with those of its layers by their index in the file. */
export interface DetailsByLayer extends Omit<ModelDetails, 'layers'> {
  readonly layers: ReadonlyMap<number, LayerDetails>;
}

export function toDetailsByLayer({ layers, ...whole }: ModelDetails): DetailsByLayer {
  return { ...whole, layers: new Map(layers.map((layer) => [layer.index, layer])) };
}
