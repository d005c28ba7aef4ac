import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ImageAnswer } from '../../src/protocol/explanation';
import type { ModelSettings } from '../../src/protocol/messages';
import type { Preprocessing, SettingSource } from '../../src/protocol/preprocessing';
import type { CamActions } from './camActions';
import { painted } from './painted';
import { putPixels } from './rasters';

/** How the picture became numbers: most wrong maps are wrong inputs first. */
export function preprocessingPanel(
  settings: ModelSettings | null,
  explanation: ImageAnswer | null,
  actions: CamActions,
): TemplateResult {
  return html`<section class="cam-panel" aria-labelledby="cam-input-title">
    <div class="cam-panel-head">
      <h2 id="cam-input-title">What the network was fed</h2>
      <button class="cam-button cam-secondary" title=${settings?.sidecar ?? ''} @click=${actions.editSettings}>
        Edit…
      </button>
    </div>
    ${
      settings
        ? html`<div class="cam-fed">
            ${explanation ? fedPicture(explanation) : nothing}
            <div>${details(settings, explanation)}</div>
          </div>`
        : html`<p class="cam-note">Reading the settings…</p>`
    }
  </section>`;
}

/** In its colours: swapped channels or a wrong crop are seen at once. */
function fedPicture({ inputPicture }: ImageAnswer): TemplateResult {
  const { rgba, height, width } = inputPicture;
  return html`<canvas
    role="img"
    aria-label="The input of the network as a picture"
    ${painted([inputPicture], (canvas) => putPixels(canvas, rgba, height, width))}
  ></canvas>`;
}

function details(settings: ModelSettings, explanation: ImageAnswer | null): TemplateResult {
  const { preprocessing } = settings;
  return html`<dl class="cam-facts">
    <dt>Input</dt>
    <dd>
      ${toPixels(preprocessing.width, preprocessing.height)}, ${preprocessing.channelOrder}, ${preprocessing.layout}
    </dd>
    <dt>Fit</dt>
    <dd>
      ${describeFit(preprocessing)},
      <span title="interpolation: ${preprocessing.interpolation}">${describeInterpolation(preprocessing)}</span>
    </dd>
    <dt>Values</dt>
    <dd>${describeValues(preprocessing)}</dd>
    ${explanation?.placement ? placed(explanation.placement) : nothing}
    <dt>Source</dt>
    <dd>${settings.preprocessingNote || SOURCES[settings.preprocessingSource]}</dd>
    <dt>Labels</dt>
    <dd>
      ${settings.labels && settings.labelsSource ? `${settings.labels.length}, from ${SOURCES[settings.labelsSource]}` : 'none: classes are shown by number'}
    </dd>
  </dl>`;
}

const SOURCES: Readonly<Record<SettingSource, string>> = {
  sidecar: 'the file beside the model',
  settings: 'the settings of VS Code',
  metadata: 'the model’s metadata',
  graph: 'the model’s first operators',
  builtin: 'the built-in ImageNet list',
  chosen: 'your choice',
  default: 'the default: check it',
};

/** `bilinear as in Pillow`: the two programs differ in more than the name. */
export function describeInterpolation({ interpolation }: Pick<Preprocessing, 'interpolation'>): string {
  const [program, filter] = interpolation.split('-');
  return `${filter} as in ${program === 'pil' ? 'Pillow' : 'OpenCV'}`;
}

/** In words; the picture shown is the result. */
export function describeFit({ fit, cropFraction, padValue }: Preprocessing): string {
  const share = `${Number((100 * cropFraction).toFixed(1))}\u00a0%`;
  switch (fit) {
    case 'stretch':
      return 'stretched, aspect ratio lost';
    case 'shorterSide':
      return cropFraction === 1
        ? 'shorter side resized, centre cropped'
        : `shorter side resized, central ${share} cropped`;
    case 'centerCrop':
      return `central square of ${share} cropped, then resized`;
    case 'letterbox':
      return `fitted inside, padded with ${padValue}`;
  }
}

/** `(pixel / 255 − mean) / std`, with equal channels written once. */
export function describeValues({ scale, mean, std }: Preprocessing): string {
  const factor = scale === 1 ? 'pixel' : `pixel ${toFactor(scale)}`;
  const shift = mean.every((value) => value === 0) ? factor : `${factor} − ${toList(mean)}`;
  return std.every((value) => value === 1) ? shift : `(${shift}) / ${toList(std)}`;
}

function toList(values: readonly number[]): string {
  return values.every((value) => value === values[0]) ? toShort(values[0]) : `[${values.map(toShort).join(', ')}]`;
}

/** 1/255, as it is stored, is no round number; 255 is. */
function toFactor(scale: number): string {
  const divisor = Math.round(1 / scale);
  return divisor > 1 && Math.abs(scale * divisor - 1) < 1e-6 ? `/ ${divisor}` : `· ${toShort(scale)}`;
}

function toShort(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function placed({
  imageWidth,
  imageHeight,
  left,
  top,
  width,
  height,
}: NonNullable<ImageAnswer['placement']>): TemplateResult {
  const [seenWidth, seenHeight] = [Math.round(width), Math.round(height)];
  const isWhole = seenWidth === imageWidth && seenHeight === imageHeight;
  const corner = [left, top].map((value) => String(Math.round(value)).replace('-', '−')).join(', ');
  return html`<dt>Seen</dt>
    <dd>
      ${isWhole ? 'the whole picture' : `${toPixels(seenWidth, seenHeight)} at (${corner})`} of
      ${toPixels(imageWidth, imageHeight)}
    </dd>`;
}

/** Not broken between the number and its unit. */
function toPixels(width: number, height: number): string {
  return `${width} × ${height}\u00a0px`;
}
