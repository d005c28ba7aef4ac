/**
 * Figures of a model that are worked out when somebody looks at them: together they take as long as all the others, and
 * the picture of the graph shows none. All derived, at the bound shapes.
 */

/** Where the cells of the feature map lie on the input image (Araujo et al., Distill 2019); pixels of the model's input. */
export interface ReceptiveField {
  readonly size: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  /** Centre of cell (0, 0). Cell (i, j) is at start + (i, j)·stride. */
  readonly start: readonly [y: number, x: number];
  /** False when branches with different centres meet. */
  readonly exact: boolean;
}

/** Of one layer of the report. */
export interface LayerDetails {
  /** Index of the node in the file. */
  readonly index: number;
  /** Bytes of all values alive while this layer runs, each in memory of its own; without those of unknown size. */
  readonly liveBytes: number;
  /** FLOP (2 per multiply-accumulate) per byte moved (weights, inputs and outputs once); 0 without any, null when unknown. */
  readonly arithmeticIntensity: number | null;
  /** Of the first output; null where it has no places on the image. */
  readonly receptiveField: ReceptiveField | null;
}

export interface ModelDetails {
  /** In the order of the report's layers. */
  readonly layers: readonly LayerDetails[];
  /** Largest `liveBytes` and the first layer (index in the file) where it occurs; null for a graph without nodes. */
  readonly peakActivation: {
    readonly bytes: number;
    readonly layer: number;
    /** With any, `bytes` is a lower bound. */
    readonly unknownValues: number;
  } | null;
  /** Of the main head's feature map; null when it could not be computed. */
  readonly receptiveField: ReceptiveField | null;
}
