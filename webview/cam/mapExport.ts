import type { ImageAnswer } from '../../src/protocol/explanation';
import { toTargetText } from '../../src/protocol/target';
import type { TargetChoice } from '../../src/protocol/target';
import { toClassLabel } from './classLabels';
import { encodeNpy } from './npy';
import { toName } from './explainedTarget';
import type { ExplainedScene, Scene, ShownExactMap, ShownLayerMap, ShownMap } from './scene';

/** The map as drawn is display; what is exported are its numbers, before any of it. */
export interface ExportedMap {
  readonly scene: Scene;
  readonly explained: ExplainedScene;
  readonly shown: ShownMap;
  readonly model: string;
}

/** float32 [height, width], before ReLU, normalisation and upsampling. */
export function toNpy({ shown }: ExportedMap): Uint8Array {
  return encodeNpy(shown.overlay.map, [shown.explanation.height, shown.explanation.width]);
}

/** Rows of the map; numbers as short as they can be read back exactly as float32 allows. */
export function toCsv({ shown }: ExportedMap): string {
  return toRows(shown.overlay.map, shown.explanation.width)
    .map((row) => `${row.join(',')}\n`)
    .join('');
}

/** One document: the map, with its certificate and the whole ledger where it is exact. Numbers that are not finite become null. */
export function toJson(exported: ExportedMap): string {
  const { scene, explained, shown, model } = exported;
  const { target } = explained;
  const { explanation } = shown;
  const document = {
    schema: 1,
    model,
    image: explanation.image,
    ...describeMethod(shown),
    ...(shown.kind === 'layer' && shown.target !== null
      ? describeTarget(shown, shown.target)
      : describeClass(scene.labels, explanation, target.classIndex)),
    ...(target.contrastClass === null
      ? {}
      : { contrast: describeClass(scene.labels, explanation, target.contrastClass) }),
    unit: shown.unit,
    height: explanation.height,
    width: explanation.width,
    map: toRows(shown.overlay.map, explanation.width),
    ...(shown.kind === 'exact' ? describeLedger(shown) : {}),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** `chelsea-282-cam.npy`: image, class or target, what. */
export function toFileName(
  { scene, explained: { target }, shown }: ExportedMap,
  kind: string,
  extension: string,
): string {
  const image = scene.item.name.replace(/\.[^.]*$/, '');
  const what = shown.kind === 'layer' && shown.target !== null ? toSlug(toTargetName(shown.target)) : target.classIndex;
  const contrast = target.contrastClass === null ? '' : `-minus-${target.contrastClass}`;
  const channel = shown.kind === 'layer' || shown.channel === null ? '' : `-channel-${shown.channel}`;
  const layer = shown.kind === 'layer' ? `-${toSlug(shown.explanation.layer)}` : '';
  return `${image}-${what}${contrast}${channel}${layer}-${kind}.${extension}`;
}

/** `box-logits-0-2-3-4-5`; of files the name alone. */
function toTargetName(target: TargetChoice): string {
  return toTargetText('file' in target ? { ...target, file: toName(target.file) } : target).replace(/[:,[\]]+/g, '-');
}

function toSlug(text: string): string {
  return text.replace(/[^\w.-]+/g, '_').replace(/-$/, '');
}

/** Id of the method, as on the command line. */
export function toMethodId(shown: ShownMap): string {
  return shown.kind === 'exact' ? 'cam' : shown.explanation.method;
}

function describeMethod(shown: ShownMap): object {
  if (shown.kind === 'exact') {
    return { method: toMethodId(shown), ...(shown.channel === null ? {} : { channel: shown.channel }) };
  }
  const { layer, note } = shown.explanation;
  return { method: toMethodId(shown), layer, note };
}

function describeTarget({ explanation }: ShownLayerMap, target: TargetChoice): object {
  const { text } = explanation.target;
  return { target: { ...target, text, statement: toTargetText(target) }, value: explanation.maps[0].value ?? null };
}

function describeLedger({ evidence, channels }: ShownExactMap): object {
  return {
    certificate: evidence.certificate,
    ledger: channels.map(({ channel, weight, mean, contribution }) => ({ channel, weight, mean, contribution })),
  };
}

function describeClass(labels: readonly string[] | null, explanation: ImageAnswer, classIndex: number): object {
  return {
    class: classIndex,
    label: toClassLabel(labels, classIndex),
    logit: explanation.logits[classIndex],
    probability: explanation.probabilities?.[classIndex] ?? null,
  };
}

function toRows(map: Float32Array, width: number): number[][] {
  const rows: number[][] = [];
  for (let offset = 0; offset < map.length; offset += width) {
    rows.push(Array.from(map.subarray(offset, offset + width)));
  }
  return rows;
}
