import { range } from 'd3';
import { nameScoreOf } from '../../src/protocol/scoreName';
import { toCssColor } from './colorMaps';
import { computeTicks, toColorPosition } from './colorScale';
import { describeTargetUnit } from './explainedTarget';
import { formatPercent, formatSigned } from './formatNumber';
import { formatTick, toLegendPosition } from './legend';
import { toMethodId } from './mapExport';
import type { ExportedMap } from './mapExport';
import { OverlayPainter, toOverlayCanvas } from './overlayPainter';

/** Pixels along the longer side of a saved picture, at least. */
const SAVED_PIXELS = 768;
const MARGIN = 24;
const FONT = '"Segoe UI", system-ui, sans-serif';

/** The overlay with a caption and the colour scale, black on white whatever the theme: for a paper or a message. */
export function composePicture(exported: ExportedMap): HTMLCanvasElement {
  const { overlay } = exported.shown;
  const factor = SAVED_PIXELS / Math.max(overlay.picture.height, overlay.picture.width);
  const width = Math.round(overlay.picture.width * Math.max(1, factor));
  const height = Math.round(overlay.picture.height * Math.max(1, factor));
  const canvas = document.createElement('canvas');
  canvas.width = width + 2 * MARGIN;
  canvas.height = height + 2 * MARGIN + 138;
  const context = canvas.getContext('2d');
  if (context) {
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
    drawCaption(context, exported, width);
    const area = { x: MARGIN, y: MARGIN + 58, width, height };
    new OverlayPainter().draw(context, overlay, exported.scene.choices.opacity, area);
    drawScale(context, exported, MARGIN + 58 + height + 16, width);
  }
  return canvas;
}

/** The coloured map alone, transparent where nothing is drawn, for layering in other programs. */
export function composeMap({ shown }: ExportedMap): HTMLCanvasElement {
  return toOverlayCanvas(shown.overlay);
}

/** PNG bytes of a canvas. */
export async function toPng(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  return new Uint8Array(await (await toBlob(canvas)).arrayBuffer());
}

export function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be encoded.'))),
      'image/png',
    );
  });
}

function drawCaption(context: CanvasRenderingContext2D, exported: ExportedMap, width: number): void {
  const { explained, scene, shown, model } = exported;
  const { title } = explained;
  const channel = shown.kind === 'layer' || shown.channel === null ? '' : ` · channel ${shown.channel}`;
  context.fillStyle = 'black';
  context.textAlign = 'left';
  context.font = `600 20px ${FONT}`;
  context.fillText(`${title}${channel}`, MARGIN, MARGIN + 18, width);
  context.fillStyle = '#444';
  context.font = `14px ${FONT}`;
  context.fillText(`${scene.item.name} · ${model} · ${describeValue(exported)}`, MARGIN, MARGIN + 42, width);
}

/** The logit with its probability, the difference of two, or the value of another target. */
function describeValue({ explained: { target }, shown }: ExportedMap): string {
  if (shown.kind === 'layer' && shown.target !== null) {
    const { value } = shown.explanation.maps[0];
    return value === undefined ? '' : `${formatSigned(value)} ${describeTargetUnit(shown.target)}`;
  }
  const { probabilities, logits } = shown.explanation;
  const probability = probabilities?.[target.classIndex];
  const isClass = target.contrastClass === null && probability !== undefined;
  const logit = logits[target.classIndex] - (target.contrastClass === null ? 0 : logits[target.contrastClass]);
  return `${nameScoreOf(shown.explanation)} ${formatSigned(logit)}${isClass ? ` · ${formatPercent(probability)}` : ''}`;
}

function drawScale(context: CanvasRenderingContext2D, { shown }: ExportedMap, top: number, width: number): void {
  const { scale } = shown.overlay;
  for (const column of range(width)) {
    const value = scale.low + (column / Math.max(1, width - 1)) * (scale.high - scale.low);
    context.fillStyle = toCssColor(scale.map, toColorPosition(scale, value));
    context.fillRect(MARGIN + column, top, 1, 16);
  }
  context.fillStyle = '#222';
  context.font = `13px ${FONT}`;
  for (const tick of computeTicks(scale)) {
    const along = toLegendPosition(scale, tick);
    context.textAlign = along < 0.03 ? 'left' : along > 0.97 ? 'right' : 'center';
    context.fillRect(MARGIN + along * (width - 1), top + 16, 1, 5);
    context.fillText(formatTick(tick), MARGIN + along * width, top + 36);
  }
  context.textAlign = 'left';
  context.fillText(`${shown.unit} · ${shown.scaleNote.toLowerCase()}`, MARGIN, top + 60, width * 0.7);
  context.textAlign = 'right';
  context.fillText(describeKind(shown), MARGIN + width, top + 60, width * 0.3);
}

function describeKind(shown: ExportedMap['shown']): string {
  if (shown.kind === 'layer') {
    return `${toMethodId(shown)} at ${shown.explanation.layer}`;
  }
  const score = nameScoreOf(shown.explanation);
  return shown.evidence.certificate.holds ? `adds up to the ${score}` : `does not add up to the ${score}`;
}
