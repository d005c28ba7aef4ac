/** What was found by running a model on this machine, on random input at the bound shapes. All of it is measured. */

export interface LayerTime {
  /** Index of the node in the file. */
  readonly index: number;
  /** Median over the runs. */
  readonly ms: number;
  /** Of `layersMs`, 0…1; the shares of all layers add up to 1. */
  readonly share: number;
  /** Indices of layers that have no time of their own because their work is part of this one: fused into it, or removed. */
  readonly includes: readonly number[];
}

/** Best of several runs of a product of large matrices and of a pass over a large tensor, in float32. */
export interface MachineSpeed {
  readonly flopsPerSecond: number;
  /** Read and written together, of a tensor that fits no cache. */
  readonly bytesPerSecond: number;
}

export interface LayerMeasurement {
  readonly provenance: 'measured';
  /** Level at which layers are timed: higher ones fuse so many that few would have a time. */
  readonly optimization: 'basic';
  readonly threads: number;
  /** Runs that count, after those to warm up. */
  readonly runs: number;
  /** Median time of a whole run at `optimization` while it was recorded. */
  readonly totalMs: number;
  /** Sum of the layers' times; `totalMs` is more by what lies between kernels and by `otherMs`. */
  readonly layersMs: number;
  /** Kernels that ONNX Runtime added itself, such as conversions of layout or type. */
  readonly otherMs: number;
  /** Median time of a run with all optimisations and without recording: what using the model takes. */
  readonly optimizedMs: number;
  /** In order of execution. */
  readonly layers: readonly LayerTime[];
  /** Indices of layers that did not run: what they compute depends on no input, so it is done once when loading. */
  readonly folded: readonly number[];
  readonly machine: MachineSpeed;
}

export interface ShapeMeasurement {
  /** Values whose shape only the run could tell. */
  readonly measured: number;
  /** Values that even then have none: they are no tensors. */
  readonly unknown: number;
}

/** C, H, W, K and the images in a batch: what two heads are compared at. */
export interface MeasuredHeadSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly batch: number;
}

/** Time of one batch through a head alone. */
export interface HeadTime {
  /** Median over the runs of the sum of its kernels. */
  readonly ms: number;
  readonly runs: number;
}

/** Both heads run by themselves on this machine, in float32 with weights of their size. */
export interface HeadMeasurement {
  readonly provenance: 'measured';
  readonly size: MeasuredHeadSize;
  readonly gap: HeadTime;
  /** null: too large to be tried. */
  readonly fc: HeadTime | null;
  readonly threads: number;
  readonly machine: MachineSpeed;
}
