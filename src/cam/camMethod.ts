import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import type { HeadExtension, HeadExtensionOptions } from './headExtension';
import type { LayerContext } from './layerContext';

interface MethodBase {
  /** As on the command line and in exported files. */
  readonly id: string;
  readonly name: string;
  /** Of the raw map: before ReLU, normalisation and upsampling. */
  readonly unit: 'logit' | 'activation';
  /** One sentence for the user: what a cell of the map is. */
  readonly meaning: string;
  /** One sentence for the user: what a map costs, in runs or passes of the model. */
  readonly cost: string;
}

/** Its maps add up to the logit, and carry a certificate and a ledger; at the head's feature map only. */
export interface ExactMethod extends MethodBase {
  readonly kind: 'exact';
  /** One sentence why the method cannot be used on this head; null when it can. */
  explainRefusal(head: HeadDescription): string | null;
  /** @throws UserError with that sentence. */
  createExtension(model: Model, head: HeadDescription, options: HeadExtensionOptions): HeadExtension;
}

/** Draws a map at any spatial tensor on the way to a scalar logit, whatever the head is. */
export interface LayerMethod extends MethodBase {
  readonly kind: 'layer';
  /** Whether the map depends on the class; without that every class has the same one. */
  readonly isClassSpecific: boolean;
  /** What the map is where the layer is averaged and a linear layer follows; null where nothing simple can be said. */
  readonly atPooledHead: string | null;
  /** One sentence why the method cannot be used there; null when it can. */
  explainRefusal(head: HeadDescription, layer: string): string | null;
  /** The map, float32 [N, 1, P]. */
  emitMap(context: LayerContext): string;
}

/** A way to draw what a model looks at: one file each, and a row in the table of methods.ts. */
export type CamMethod = ExactMethod | LayerMethod;
