import { explainBlankMap } from '../cam/describeMap';
import { CLASS_TARGET, describeTarget } from '../cam/target';
import type {
  Certificate,
  ClassMap,
  Explanation,
  ImageAnswer,
  LayerExplanation,
  MapFigure,
} from '../protocol/explanation';
import { NO_CLASS } from '../protocol/explanation';
import { nameScoreOf } from '../protocol/scoreName';

/** What `headlight cam --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export interface CamDocument {
  readonly schema: 1;
  readonly images: readonly ImageDocument[];
  /** Images that could not be explained; absent when there is none. */
  readonly errors?: readonly { readonly image: string; readonly code: string; readonly message: string }[];
}

export interface ImageDocument {
  /** As given on the command line. */
  readonly image: string;
  /** Most likely first. */
  readonly top: readonly {
    readonly class: number;
    readonly label: string | null;
    readonly logit: number;
    readonly probability: number | null;
  }[];
  readonly maps: readonly MapDocument[];
  /** What the maps are, and why this method. */
  readonly note: string;
  /** How often the model was run for them. */
  readonly runs: number;
  /** Of the first map's class: the 20 channels that contribute most, by magnitude. Empty where maps do not add up. */
  readonly ledger: readonly LedgerEntry[];
}

export interface MapDocument {
  /** null where --target is no class. */
  readonly class: number | null;
  readonly method: string;
  /** Of the raw map: before ReLU, normalisation and upsampling. */
  readonly unit: LayerExplanation['unit'];
  /** Class whose logit was subtracted; null for the class's own map. */
  readonly contrast: number | null;
  /** Tensor name of the feature map. */
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  /** null for methods whose maps do not add up to the logit. */
  readonly certificate: Pick<
    Certificate,
    'aggregate' | 'value' | 'bias' | 'logit' | 'residual' | 'holds' | 'tolerance'
  > | null;
  /** Why the map shows nothing and what would; null for an ordinary map. */
  readonly remark: string | null;
  /** Path of the `.npy` file; null without --out. */
  readonly file: string | null;
  /** What the map explains, in words. */
  readonly target: string;
  /** Its value: the logit, the difference of two, or another number of the model's. */
  readonly value: number;
  /** Residuals and standard errors that the method knows about. */
  readonly figures: readonly MapFigure[];
  /** `estimated`: chance was involved. */
  readonly source: 'measured' | 'estimated';
}

export interface LedgerEntry {
  readonly channel: number;
  /** Of a pooled head: weight · mean = contribution. Of an FC head: sum of the weights over positions. */
  readonly weight: number;
  /** Of the feature map's channel, over positions. */
  readonly mean: number;
  /** In logit units. */
  readonly contribution: number;
}

const LEDGER_LENGTH = 20;

/** What holds for all maps of an image. */
export interface MapFacts {
  readonly layer: string;
  readonly note: string;
  readonly contrast: number | null;
  /** Classes in the order of their maps. */
  readonly classes: readonly number[];
  readonly labels: readonly string[] | null;
  /** Path of the written map per class. */
  readonly files: ReadonlyMap<number, string>;
}

/** Exact maps, with their certificates and a ledger. */
export function toImageDocument(image: string, explanation: Explanation, facts: MapFacts): ImageDocument {
  const maps = facts.classes.map((index) => findMap(explanation, index));
  const size = { height: explanation.height, width: explanation.width };
  const score = nameScoreOf(explanation);
  return {
    image,
    top: listTop(explanation, facts.labels),
    maps: maps.map(({ classIndex, map, certificate }) => ({
      class: classIndex,
      method: 'cam',
      unit: 'logit',
      contrast: facts.contrast,
      layer: facts.layer,
      ...size,
      certificate: toCertificate(certificate),
      remark: explainBlankMap(map, null, score),
      file: facts.files.get(classIndex) ?? null,
      target: describeTarget(CLASS_TARGET, score),
      value: certificate.logit,
      figures: [],
      source: 'measured',
    })),
    note: facts.note,
    runs: 1,
    ledger: maps.slice(0, 1).flatMap((map) => computeLedger(map, explanation).slice(0, LEDGER_LENGTH)),
  };
}

function toCertificate(certificate: Certificate): MapDocument['certificate'] {
  const { aggregate, value, bias, logit, residual, holds, tolerance } = certificate;
  return { aggregate, value, bias, logit, residual, holds, ...(tolerance === undefined ? {} : { tolerance }) };
}

/** Maps of another method, which have neither certificate nor ledger. */
export function toLayerDocument(
  image: string,
  explanation: LayerExplanation,
  { classes, labels, files }: Pick<MapFacts, 'classes' | 'labels' | 'files'>,
): ImageDocument {
  const { method, unit, layer, height, width, note, contrast, target, runs, source } = explanation;
  const maps = classes.map((index) => findMap(explanation, index));
  return {
    image,
    top: listTop(explanation, labels),
    maps: maps.map(({ classIndex, map, value = NaN, figures = [] }) => ({
      class: classIndex === NO_CLASS ? null : classIndex,
      method,
      unit,
      contrast,
      layer,
      height,
      width,
      certificate: null,
      remark: explainBlankMap(map, unit === 'logit' ? value : null, nameScoreOf(explanation)),
      file: files.get(classIndex) ?? null,
      target: target.text,
      value,
      figures,
      source,
    })),
    note,
    runs,
    ledger: [],
  };
}

function listTop({ top, logits, probabilities }: ImageAnswer, labels: readonly string[] | null): ImageDocument['top'] {
  return top.map((index) => ({
    class: index,
    label: labels?.[index] ?? null,
    logit: logits[index],
    probability: probabilities?.[index] ?? null,
  }));
}

export function findMap<Drawn extends { readonly classIndex: number }>(
  { maps, image }: { readonly maps: readonly Drawn[]; readonly image: string },
  classIndex: number,
): Drawn {
  const map = maps.find((one) => one.classIndex === classIndex);
  if (map === undefined) {
    throw new Error(`No map of class ${classIndex} was computed for ${image}`);
  }
  return map;
}

/** All channels, largest |contribution| first. */
export function computeLedger(map: ClassMap, { channels, height, width, featureMap }: Explanation): LedgerEntry[] {
  const area = height * width;
  const perChannel = map.weights.length / channels;
  return Array.from({ length: channels }, (_, channel) => ({
    channel,
    weight: sumRange(map.weights, channel * perChannel, perChannel),
    mean: sumRange(featureMap, channel * area, area) / area,
    contribution: map.contributions[channel],
  })).sort((one, other) => Math.abs(other.contribution) - Math.abs(one.contribution) || one.channel - other.channel);
}

function sumRange(values: Float32Array, start: number, length: number): number {
  let sum = 0;
  for (let index = start; index < start + length; index++) {
    sum += values[index];
  }
  return sum;
}
