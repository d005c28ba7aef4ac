import type { Certificate, ClassMap, Explanation } from '../protocol/explanation';

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
  /** Of the first map's class: the 20 channels that contribute most, by magnitude. */
  readonly ledger: readonly LedgerEntry[];
}

export interface MapDocument {
  readonly class: number;
  readonly method: 'cam';
  /** Tensor name of the feature map. */
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  readonly certificate: Pick<
    Certificate,
    'aggregate' | 'value' | 'bias' | 'logit' | 'residual' | 'holds' | 'tolerance'
  >;
  /** Path of the `.npy` file; null without --out. */
  readonly file: string | null;
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

/** `files`: path of the written map per class; classes are mapped in the order of `classes`. */
export function toImageDocument(
  image: string,
  explanation: Explanation,
  layer: string,
  classes: readonly number[],
  labels: readonly string[] | null,
  files: ReadonlyMap<number, string>,
): ImageDocument {
  const maps = classes.map((index) => findMap(explanation, index));
  const { logits, probabilities } = explanation;
  return {
    image,
    top: explanation.top.map((index) => ({
      class: index,
      label: labels?.[index] ?? null,
      logit: logits[index],
      probability: probabilities?.[index] ?? null,
    })),
    maps: maps.map(({ classIndex, certificate }) => ({
      class: classIndex,
      method: 'cam',
      layer,
      height: explanation.height,
      width: explanation.width,
      certificate: toCertificate(certificate),
      file: files.get(classIndex) ?? null,
    })),
    ledger: maps.slice(0, 1).flatMap((map) => computeLedger(map, explanation).slice(0, LEDGER_LENGTH)),
  };
}

function toCertificate(certificate: Certificate): MapDocument['certificate'] {
  const { aggregate, value, bias, logit, residual, holds, tolerance } = certificate;
  return { aggregate, value, bias, logit, residual, holds, ...(tolerance === undefined ? {} : { tolerance }) };
}

export function findMap({ maps, image }: Explanation, classIndex: number): ClassMap {
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
