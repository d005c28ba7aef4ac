import type { CamMethod } from '../cam/camMethod';
import { explainBlankMap } from '../cam/describeMap';
import type { Explainer } from '../explain/explainer';
import { prepareInput } from '../explain/prepareInput';
import { placeByReceptiveField, placeByStretch } from '../protocol/cellPlacement';
import type { ClassRule, EvaluationCurve, EvaluationRow, MapPlacement } from '../protocol/evaluation';
import type { InputPlacement } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import { upsampleMap } from '../protocol/upsampleMap';
import { createPause } from '../tensor/pause';
import { UserError } from '../userError';
import type { DrawnMaps } from './drawMaps';
import { drawMaps } from './drawMaps';
import type { EvaluationMetric, MetricOptions, SetCollector } from './evaluationMetric';
import type { JudgedMap, TrueRegion } from './judgedMap';
import type { ListedImage } from '../protocol/imageSeries';
import { computeMapBox } from './mapBox';
import type { ScoreModel } from './scoreModel';
import type { Annotation } from './truth/annotation';
import type { GroundTruth } from './truth/groundTruth';
import type { ClassNames, ListedClasses } from './truth/trueClasses';
import { findObjectClass, findTrueClasses } from './truth/trueClasses';
import { findTrueRegion } from './truth/trueRegion';

export interface JudgeOptions extends MetricOptions, ClassNames {
  readonly method: CamMethod;
  /** Of methods for any layer; null: the usual one. */
  readonly layer: string | null;
  readonly metrics: readonly EvaluationMetric[];
  readonly classRule: ClassRule;
  readonly truth: GroundTruth | null;
  readonly listed: ListedClasses | null;
  readonly preprocessing: Preprocessing | null;
  readonly placement: MapPlacement;
  warn(text: string): void;
}

export interface JudgedImage {
  readonly image: ListedImage;
  readonly row: EvaluationRow;
  /** At the resolution of the layer. */
  readonly map: Float32Array;
}

/** The maps of one image by one method, one row for each class. Throws UserError for what is wrong with the image or its annotation. */
export async function judgeImage(
  explainer: Explainer,
  image: ListedImage,
  scores: ScoreModel | null,
  collectors: ReadonlyMap<string, SetCollector>,
  options: JudgeOptions,
): Promise<JudgedImage[]> {
  const annotation = (await options.truth?.read(image)) ?? null;
  const trueClasses = findTrueClasses(image, annotation?.objects ?? [], options.listed, options);
  warnOfUnknown(annotation, options);
  const asked = chooseClasses(image, trueClasses, options.classRule);
  const drawn = await drawMaps(explainer, image, {
    ...options,
    classes: asked ?? [],
    topCount: asked === null ? 1 : 0,
  });
  const classes = asked ?? [drawn.top[0]];
  const input =
    scores === null ? null : await prepareInput(explainer.client, image.path, options.preprocessing, options.signal);
  const judged: JudgedImage[] = [];
  for (const classIndex of classes) {
    const truth = annotation && findTrueRegion(annotation, classIndex, toPlacement(drawn), options);
    const map = toJudgedMap(drawn, classIndex, options.placement, truth);
    const scorer = input && (await scores?.scoreClass(input.tensor, classIndex, options.signal));
    const { values, curves } = await measure(map, scorer ?? null, collectors, options);
    judged.push({
      image,
      map: map.map,
      row: {
        method: options.method.id,
        image: image.id,
        classIndex,
        label: options.labels?.labels[classIndex] ?? null,
        predicted: drawn.top[0],
        trueClasses,
        logit: drawn.logits[classIndex],
        probability: drawn.probabilities?.[classIndex] ?? null,
        values,
        curves,
        box: computeMapBox(map),
        remark: explain(map, annotation),
      },
    });
  }
  return judged;
}

/** null: the most likely one. */
function chooseClasses(image: ListedImage, trueClasses: readonly number[], rule: ClassRule): readonly number[] | null {
  if (rule === 'predicted') {
    return null;
  }
  if (rule !== 'true') {
    return [rule];
  }
  if (trueClasses.length === 0) {
    throw new UserError(
      'badArgument',
      `The class of ${image.id} is not known: neither its annotation nor a list (--truth FILE), its folder's name or a ` +
        'word of its own name is a class of the model. Judge the predicted class instead, or list the classes.',
    );
  }
  return trueClasses;
}

/** Ready input tensors are their own picture. */
function toPlacement({ placement, inputPicture: { width, height } }: DrawnMaps): InputPlacement {
  return (
    placement ?? {
      imageWidth: width,
      imageHeight: height,
      left: 0,
      top: 0,
      width,
      height,
      inputWidth: width,
      inputHeight: height,
    }
  );
}

function toJudgedMap(
  drawn: DrawnMaps,
  classIndex: number,
  placement: MapPlacement,
  truth: TrueRegion | null,
): JudgedMap {
  const { inputPicture, height: mapHeight, width: mapWidth, receptiveField, maps } = drawn;
  const map = maps.find((each) => each.classIndex === classIndex)?.map;
  if (map === undefined) {
    throw new Error(`No map of class ${classIndex} was drawn for ${drawn.image}.`);
  }
  const { width, height } = inputPicture;
  const cells =
    placement === 'receptive-field' && receptiveField !== null
      ? placeByReceptiveField(receptiveField)
      : placeByStretch(mapHeight, mapWidth, height, width);
  const raster = { width, height, magnification: 1 };
  return {
    map,
    mapHeight,
    mapWidth,
    drawn: upsampleMap(map, mapHeight, mapWidth, cells, raster, 'smooth'),
    height,
    width,
    truth,
  };
}

async function measure(
  map: JudgedMap,
  scorer: Awaited<ReturnType<ScoreModel['scoreClass']>> | null,
  collectors: ReadonlyMap<string, SetCollector>,
  options: JudgeOptions,
): Promise<Pick<EvaluationRow, 'values' | 'curves'>> {
  const values: Record<string, number | null> = {};
  const curves: Record<string, EvaluationCurve> = {};
  const pause = createPause(options.signal);
  for (const metric of options.metrics) {
    await pause();
    if (metric.kind === 'map') {
      values[metric.id] = metric.compute(map, options);
    } else if (metric.kind === 'set') {
      values[metric.id] = collectors.get(metric.id)?.add(map) ?? null;
    } else if (metric.kind === 'run' && scorer !== null) {
      const { value, curve } = await metric.compute(map, scorer, options);
      values[metric.id] = value;
      Object.assign(curves, curve === null ? {} : { [metric.id]: curve });
    }
  }
  return { values, curves };
}

function explain({ map, truth }: JudgedMap, annotation: Annotation | null): string | null {
  const missing =
    annotation !== null && truth === null ? 'No object of this class is annotated where the model sees it.' : null;
  return [explainBlankMap(map), missing].filter((text) => text !== null).join(' ') || null;
}

function warnOfUnknown(annotation: Annotation | null, options: JudgeOptions): void {
  for (const object of annotation?.objects ?? []) {
    const { className, classIndex } = object;
    if ((className !== null || classIndex !== null) && findObjectClass(object, options) === null) {
      options.warn(
        `Objects annotated as "${className ?? classIndex ?? ''}" are not judged: the model has no such class` +
          `${options.labels === null ? ' (it has no labels; give them with --labels)' : ''}.`,
      );
    }
  }
}
