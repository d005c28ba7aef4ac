import { basename } from 'node:path';
import type { HeadDescription } from './analysis/heads/headDescription';
import { computeHeadEconomics } from './analysis/headEconomics';
import type { HeadSample } from './head/compareHeads';
import { drawBothMaps, runHead } from './head/compareHeads';
import type { Explainer } from './explain/explainer';
import { createExplainer } from './explain/explainer';
import { loadClassifier } from './explain/readClassifier';
import { compareLogits, compareWorst } from './head/compareLogits';
import { computeResidual, toFullyConnected, toPooled } from './head/convertHead';
import { distillHead } from './head/distillHead';
import type { LinearHead, ReplacementHead } from './head/linearHead';
import { isLinearHead, readLinearHead } from './head/readLinearHead';
import { planReplacement } from './head/replacement';
import { checkMethod } from './head/swapMethods';
import type { InferenceClient } from './inference/inferenceClient';
import type {
  SwapAgreement,
  SwapImage,
  SwapMaps,
  SwapMethod,
  SwapProposal,
  SwapSide,
  SwapTarget,
} from './protocol/headSwap';
import { computeFcCost, computeGapCost } from './protocol/headFormulas';
import type { Preprocessing } from './protocol/preprocessing';
import type { HeadMetadata, SavedHead } from './head/saveHead';
import { saveHead } from './head/saveHead';
import { createPause } from './tensor/pause';
import { UserError } from './userError';

export interface SwapOptions {
  readonly target: SwapTarget;
  readonly method: SwapMethod;
  /** Position in the analysis' heads; absent: the main head. */
  readonly headIndex?: number;
  /** For the method `fit`: the head that was fitted to labels, at the same feature map. */
  readonly fitted?: ReplacementHead | null;
  /** Paths of the images to compare the heads on, which `distill` also fits to. */
  readonly images: readonly string[];
  /** null: only ready input tensors (.npy) are given. */
  readonly preprocessing: Preprocessing | null;
  /** How many of the worst images get maps of both heads. */
  readonly mapCount: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A swap that was worked out but not saved. */
export interface HeadSwap {
  readonly proposal: SwapProposal;
  /** Of the worst images, at the first class before the swap. */
  readonly maps: readonly SwapMaps[];
  readonly head: HeadDescription;
  readonly replacement: ReplacementHead;
}

/**
 * Works out another head for a model and how it compares with the old one; writes nothing. Costs one run for the old
 * classifier, one run per image and one more per map wanted, K·C·H·W multiply-adds per image for a fully connected
 * head, and for `distill` those of `fitRidge` with N images, C channels and K classes.
 *
 * Throws UserError `noHead`, `notExact` with what stands in the way, `badArgument` for a method that does not go with the
 * target, `tooLarge`, those of `explainImage` when no image can be read, `cancelled`.
 */
export async function proposeSwap(explainer: Explainer, options: SwapOptions): Promise<HeadSwap> {
  const subject = chooseHead(explainer, options.headIndex ?? 0);
  const { analysis } = subject;
  const [head] = analysis.heads;
  const size = measureHead(head, options.target);
  // In float32, whatever the model stores.
  const before = isLinearHead(head)
    ? await loadClassifier(subject, options.signal, async (extension, run) => readLinearHead(extension, await run()))
    : null;
  checkMethod(head, before, options);
  const converted = convertHead(before, options, size.height * size.width);
  const { samples, errors } = await runHead(subject, converted, options);
  const distilled = options.method === 'distill' ? await distillHead(samples, createPause(options.signal)) : null;
  const after = distilled?.head ?? converted;
  if (after === null) {
    throw new Error(`The method ${options.method} made no head.`);
  }
  const activation = options.fitted?.activation ?? head.activation ?? 'none';
  const replacement = { kind: after.kind, weights: after.weights, bias: after.bias, activation };
  planReplacement(analysis, head, replacement); // what cannot be saved is said now
  const images = compareSamples(samples, distilled?.logits ?? null);
  const proposal: SwapProposal = {
    model: analysis.model.path,
    output: head.output,
    target: options.target,
    method: options.method,
    before: describeBefore(head, size.classes),
    after: describeAfter(head, size, after),
    residual: toResidual(before, after, size.height * size.width),
    ridge: distilled?.ridge ?? null,
    agreement: summarize(images, distilled !== null),
    images,
    errors,
    notes: listNotes(subject, options, samples),
  };
  const maps = await drawBothMaps(subject, after, images.slice(0, options.mapCount), options);
  return { proposal, maps, head, replacement };
}

/**
 * Saves what was proposed as a new model; see `saveHead` for what is checked and thrown. The record in its metadata says
 * where the head comes from.
 */
export function saveSwap(
  { analysis, client }: { readonly analysis: Explainer['analysis']; readonly client: InferenceClient },
  { proposal, head, replacement }: HeadSwap,
  file: string,
  { signal, ...metadata }: Omit<HeadMetadata, 'record'> & { readonly signal?: AbortSignal | undefined },
): Promise<SavedHead> {
  const { before, after, method, residual, ridge, agreement, model } = proposal;
  const record = {
    source: basename(model),
    from: before.kind,
    to: after.kind,
    method,
    residual,
    ...(ridge === null ? {} : { ridge }),
    ...(agreement === null ? {} : { agreement }),
  };
  return saveHead(analysis, head, replacement, file, { client, metadata: { ...metadata, record }, signal });
}

/** The explainer of another head than the main one: that head comes first in its analysis. */
function chooseHead(explainer: Explainer, headIndex: number): Explainer {
  const { heads } = explainer.analysis;
  const chosen = heads[headIndex];
  if (chosen === undefined) {
    const list = heads.map(({ output, kind }, index) => `${index} (${kind} at "${output}")`).join(', ');
    throw new UserError('badArgument', `There is no head ${headIndex}: the heads of this model are ${list}.`);
  }
  return headIndex === 0
    ? explainer
    : createExplainer(
        { ...explainer.analysis, heads: [chosen, ...heads.filter((head) => head !== chosen)] },
        explainer.client,
      );
}

interface HeadShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** Largest array of weights that one file can hold, in elements. */
const MOST_WEIGHTS = 2 ** 29 - 1;

function measureHead({ featureMap, classes, exact, kind, reason }: HeadDescription, target: SwapTarget): HeadShape {
  if (!exact || featureMap === null || classes === null) {
    throw new UserError(kind === 'none' ? 'noHead' : 'notExact', reason ?? 'This model has no classification head.');
  }
  const { channels, height, width } = featureMap;
  if (target === 'fc' && classes * channels * height * width > MOST_WEIGHTS) {
    throw new UserError(
      'tooLarge',
      `A fully connected head on ${channels}×${height}×${width} with ${classes} classes takes more than the 2 GiB that ` +
        'one ONNX file can hold.',
    );
  }
  return { channels, height, width, classes };
}

/** The new head when it follows without images; null for `distill`. */
function convertHead(before: LinearHead | null, options: SwapOptions, cells: number): LinearHead | null {
  if (options.method === 'fit') {
    return options.fitted ?? null;
  }
  if (options.method === 'distill' || before === null) {
    return null;
  }
  return options.target === 'fc' ? toFullyConnected(before, cells) : toPooled(before, cells);
}

function toResidual(before: LinearHead | null, after: LinearHead, cells: number): number | null {
  return before === null || before.bias.length !== after.bias.length ? null : computeResidual(before, after, cells);
}

function compareSamples(samples: readonly HeadSample[], estimated: readonly Float32Array[] | null): SwapImage[] {
  return samples
    .flatMap(({ image, logits, after }, index) => {
      const other = estimated?.[index] ?? after;
      return other?.length === logits.length ? [{ image, ...compareLogits(logits, other) }] : [];
    })
    .sort(compareWorst);
}

function summarize(images: readonly SwapImage[], isEstimated: boolean): SwapAgreement | null {
  if (images.length === 0) {
    return null;
  }
  const correlations = images.map(({ correlation }) => correlation).filter((value) => value !== null);
  return {
    images: images.length,
    top1: images.filter(({ top1Before, top1After }) => top1Before === top1After).length / images.length,
    maxAbsLogitDifference: Math.max(...images.map(({ maxAbsLogitDifference }) => maxAbsLogitDifference)),
    meanCorrelation:
      correlations.length === 0 ? null : correlations.reduce((sum, value) => sum + value, 0) / correlations.length,
    provenance: isEstimated ? 'estimated' : 'measured',
  };
}

function describeBefore(head: HeadDescription, classes: number): SwapSide {
  const { current } = computeHeadEconomics(head);
  const { kind, parameters, parameterBytes } = head;
  return { kind, classes, parameters, bytes: parameterBytes, macs: current?.macs ?? null };
}

/** The new head is stored and computed in float32. */
function describeAfter({ kind }: HeadDescription, size: HeadShape, after: LinearHead): SwapSide {
  const compute = after.kind === 'gap' ? computeGapCost : computeFcCost;
  const classes = after.bias.length;
  const { parameters, bytes, macs } = compute({ ...size, classes, batch: 1, weightBytes: 4, activationBytes: 4 });
  const pooled = kind === 'token-gap-linear' ? 'token-gap-linear' : 'gap-linear';
  return { kind: after.kind === 'gap' ? pooled : 'flatten-fc', classes, parameters, bytes, macs };
}

function listNotes({ analysis }: Explainer, { target, method }: SwapOptions, samples: readonly HeadSample[]): string[] {
  const [{ featureMap, weightElementType }] = analysis.heads;
  const notes: string[] = [];
  const input = analysis.model.graph.inputs.find(({ shape }) => shape?.slice(1).some((dim) => typeof dim !== 'number'));
  if (target === 'fc' && input !== undefined) {
    const shape = analysis.inferred.boundInputs.get(input.name)?.slice(1).join('×') ?? '?';
    notes.push(`The new head has a weight for each position: the model takes inputs of ${shape} only from then on.`);
  }
  if (weightElementType !== null && weightElementType !== 'float32') {
    notes.push(`The old weights are ${weightElementType}; the new head is stored and computed in float32.`);
  }
  if (method === 'distill' && samples.length <= (featureMap?.channels ?? 0)) {
    notes.push(
      `Fitted to ${samples.length} images, fewer than the ${featureMap?.channels ?? 0} weights of a class: more images ` +
        'make a better head. The agreement is leave-one-out and does not flatter it.',
    );
  }
  return notes;
}
