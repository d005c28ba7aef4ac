import type { LayerExplanation } from './explanation';
import type { TargetOffers } from './target';

/** A way to draw maps, as it is offered for one model. */
export interface MethodChoice {
  readonly id: string;
  readonly name: string;
  /** exact: adds up to the logit, at the head's feature map only; layer: in one run; sampled: in many runs. */
  readonly kind: 'exact' | 'layer' | 'sampled';
  /** Where maps lie: at the layer chosen, on the image, or on the patches of a transformer. */
  readonly place: 'layer' | 'image' | 'tokens';
  readonly unit: LayerExplanation['unit'];
  /** One sentence: what a cell of the map is. */
  readonly meaning: string;
  /** One sentence: what a map costs. */
  readonly cost: string;
  /** Without this every class has the same map. */
  readonly isClassSpecific: boolean;
  /** One sentence why it cannot be used on this model at its usual layer; null when it can. */
  readonly refusal: string | null;
}

/** A tensor at which maps can be drawn. */
export interface LayerChoice {
  /** Tensor name. */
  readonly tensor: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Of stages that their size does not tell apart: `after 3 blocks`. */
  readonly place?: string;
}

/** The methods and layers that one can choose from to explain a target, and what is used unless one does. */
export interface MapChoices {
  /** In the order of the table of methods, with those that cannot be used here. */
  readonly methods: readonly MethodChoice[];
  /** Used unless another one is chosen; null when none can draw a map of this model. */
  readonly method: string | null;
  /** Why that method, or why none, in sentences for the user. */
  readonly reason: string;
  /** The method for any layer, where the exact one does not exist; null when there is none. */
  readonly layerMethod: string | null;
  /** Tensor name of the layer used unless another one is chosen; null when there is none. */
  readonly layer: string | null;
  /** The last map of each stage, nearest to the logits first. */
  readonly stages: readonly LayerChoice[];
  /** All of them, in execution order, the image first. */
  readonly layers: readonly LayerChoice[];
  /** Tensors between the image and what is explained that have no rows and columns. */
  readonly placeless: readonly string[];
  /** What is explained, for messages: `the logits "logits"`. */
  readonly end: string;
  /** What else can be explained; complete in the choices for classes. */
  readonly targets: TargetOffers;
}
