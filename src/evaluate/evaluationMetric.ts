import type { EvaluationCurve, MetricDescription } from '../protocol/evaluation';
import type { JudgedMap } from './judgedMap';
import type { InputScorer } from './inputScorer';

/** What the user may choose. */
export interface MetricOptions {
  readonly steps: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** A figure of one map and the curve that it sums up. */
export interface Measured {
  readonly value: number | null;
  readonly curve: EvaluationCurve | null;
}

/** Computed from the map and, where `needsTruth`, the annotation; null when the map is blank. */
export interface MapMetric extends MetricDescription {
  readonly kind: 'map';
  compute(judged: JudgedMap, options: MetricOptions): number | null;
}

/** Computed by running the model on changed inputs. */
export interface RunMetric extends MetricDescription {
  readonly kind: 'run';
  compute(judged: JudgedMap, scorer: InputScorer, options: MetricOptions): Promise<Measured>;
}

/** A figure of all maps of a method together; `add` returns that of the one map, or null where it has none. */
export interface SetMetric extends MetricDescription {
  readonly kind: 'set';
  start(): SetCollector;
}

export interface SetCollector {
  add(judged: JudgedMap): number | null;
  finish(): Measured & { readonly count: number };
}

/** Compares maps of the model with those of the same model with random weights. */
export interface ModelMetric extends MetricDescription {
  readonly kind: 'model';
}

/** A way to judge maps: one file each, and a row in the table of metrics.ts. */
export type EvaluationMetric = MapMetric | RunMetric | SetMetric | ModelMetric;
