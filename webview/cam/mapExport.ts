import type { Explanation } from '../../src/protocol/explanation';
import { toClassLabel } from './classLabels';
import { encodeNpy } from './npy';
import type { ExplainedScene, Scene, ShownMap } from './scene';

/** The map as drawn is display; what is exported are its numbers, before any of it. */
export interface ExportedMap {
  readonly scene: Scene;
  readonly explained: ExplainedScene;
  readonly shown: ShownMap;
  readonly model: string;
}

/** float32 [height, width], before ReLU, normalisation and upsampling. */
export function toNpy({ explained: { explanation }, shown }: ExportedMap): Uint8Array {
  return encodeNpy(shown.overlay.map, [explanation.height, explanation.width]);
}

/** Rows of the map; numbers as short as they can be read back exactly as float32 allows. */
export function toCsv({ explained: { explanation }, shown }: ExportedMap): string {
  return toRows(shown.overlay.map, explanation.width)
    .map((row) => `${row.join(',')}\n`)
    .join('');
}

/** One document: the map, its certificate and the whole ledger. Numbers that are not finite become null. */
export function toJson(exported: ExportedMap): string {
  const { scene, explained, shown, model } = exported;
  const { explanation, target } = explained;
  const { evidence, channels } = shown;
  const document = {
    schema: 1,
    model,
    image: explanation.image,
    method: 'cam',
    ...describeClass(scene.labels, explanation, target.classIndex),
    ...(target.contrastClass === null
      ? {}
      : { contrast: describeClass(scene.labels, explanation, target.contrastClass) }),
    ...(shown.channel === null ? {} : { channel: shown.channel }),
    unit: shown.unit,
    height: explanation.height,
    width: explanation.width,
    map: toRows(shown.overlay.map, explanation.width),
    certificate: evidence.certificate,
    ledger: channels.map(({ channel, weight, mean, contribution }) => ({ channel, weight, mean, contribution })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** `chelsea-282-cam.npy`: image, class, what. */
export function toFileName(
  { scene, explained: { target }, shown }: ExportedMap,
  kind: string,
  extension: string,
): string {
  const image = scene.item.name.replace(/\.[^.]*$/, '');
  const contrast = target.contrastClass === null ? '' : `-minus-${target.contrastClass}`;
  const channel = shown.channel === null ? '' : `-channel-${shown.channel}`;
  return `${image}-${target.classIndex}${contrast}${channel}-${kind}.${extension}`;
}

function describeClass(labels: readonly string[] | null, explanation: Explanation, classIndex: number): object {
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
