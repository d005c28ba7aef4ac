import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import type { HeadExtension, HeadExtensionOptions } from './headExtension';
import type { LayerContext } from './layerContext';
import type { SampledMap, Sampling } from './sampling';

interface MethodBase {
  /** As on the command line and in exported files. */
  readonly id: string;
  readonly name: string;
  /** Of the raw map: before ReLU, normalisation and upsampling. `derivative`: logit per unit of the input tensor. */
  readonly unit: 'logit' | 'activation' | 'derivative' | 'share';
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

/** What methods that draw at a layer and those that draw on the image share. */
interface PlacedMethod extends MethodBase {
  /**
   * Where its maps lie. `layer` (when absent): at the layer that was asked for; `image`: on the input, whatever layer
   * was asked for; `tokens`: on the patches of a transformer.
   */
  readonly place?: 'layer' | 'image' | 'tokens';
  /** Whether the map depends on the class; without that every class has the same one. */
  readonly isClassSpecific: boolean;
  /** Whether it needs the derivative of the target with respect to where its maps lie. */
  readonly needsGradient: boolean;
  /** What the map is where the layer is averaged and a linear layer follows; null where nothing simple can be said. */
  readonly atPooledHead: string | null;
  /** One sentence why the method cannot be used there; null when it can. */
  explainRefusal(head: HeadDescription, layer: string): string | null;
}

/** Draws a map at any spatial tensor on the way to a scalar, in one run per map, whatever the head is. */
export interface LayerMethod extends PlacedMethod {
  readonly kind: 'layer';
  /** How the same map is drawn where `explainRefusal` gives a reason: with many runs. */
  readonly otherwise?: SampledMethod;
  /** The map, float32 [N, 1, P]. */
  emitMap(context: LayerContext): string;
}

/**
 * Draws its maps from many runs of the model: on masked, noisy or interpolated images, or with channels left out.
 * The runs are batched where the model takes batches.
 */
export interface SampledMethod extends PlacedMethod {
  readonly kind: 'sampled';
  /** Whether chance is involved: two seeds give two maps. */
  readonly isEstimated: boolean;
  /** What a run gives beside the value of the target: name → value of the graph. */
  emit(context: LayerContext): Readonly<Record<string, string>>;
  /** One map per target, in order. */
  draw(sampling: Sampling): Promise<readonly SampledMap[]>;
}

/** Every method but the exact one: what `explainLayer` takes. */
export type DrawnMethod = LayerMethod | SampledMethod;

/** A way to draw what a model looks at: one file each, and a row in the table of methods.ts. */
export type CamMethod = ExactMethod | DrawnMethod;
