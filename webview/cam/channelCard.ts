import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { placeByStretch } from '../../src/protocol/cellPlacement';
import type { ScoreName } from '../../src/protocol/scoreName';
import { nameScoreOf } from '../../src/protocol/scoreName';
import type { ChannelRow } from './channelRanking';
import { formatNumber, formatPercent, formatSigned } from './formatNumber';
import { painted } from './painted';
import { paintValues } from './paintValues';
import { putPixels } from './rasters';
import { readChannelMap } from './scene';
import type { Scene, ShownExactMap } from './scene';
import { upsampleMap } from '../../src/protocol/upsampleMap';

/** Pixels of a card's map along its longer side, about. */
const CARD_PIXELS = 72;

export interface ChannelCardScene {
  readonly scene: Scene;
  readonly shown: ShownExactMap;
  readonly isTabStop: boolean;
}

/** One channel: its map in the gallery's one scale, contribution, weight and share. */
export function channelCard(
  row: ChannelRow,
  card: ChannelCardScene,
  onToggle: (channel: number) => void,
): TemplateResult {
  const { channelScale, channel, evidence, overlay } = card.shown;
  const { map, sign, low, high } = channelScale;
  const key = [evidence, row.channel, card.scene.cam.channelMap, overlay.interpolation, map, sign, low, high];
  const share = formatPercent(row.share);
  const score = nameScoreOf(card.shown.explanation);
  return html`<div
    class="cam-card"
    role="option"
    tabindex=${card.isTabStop ? 0 : -1}
    aria-selected=${row.channel === channel}
    aria-label="Channel ${row.channel}: contribution ${formatSigned(row.contribution)} ${score}, ${share} of all"
    title=${describe(row, score)}
    @click=${() => onToggle(row.channel)}
  >
    <canvas ${painted(key, (canvas) => paintCard(canvas, row.channel, card))}></canvas>
    <span class="cam-card-name">${row.channel}</span>
    <span class="cam-figure">${formatSigned(row.contribution)}</span>
    <span class="cam-card-detail">w ${formatNumber(row.weight)}</span>
    <span class="cam-card-detail cam-figure">${share}</span>
  </div>`;
}

function paintCard(canvas: HTMLCanvasElement, channel: number, { scene, shown }: ChannelCardScene): void {
  const { explanation } = shown;
  const { height, width } = explanation;
  const magnification = Math.max(1, Math.round(CARD_PIXELS / Math.max(height, width)));
  const map = readChannelMap(explanation, shown.evidence, scene.cam.channelMap, channel);
  const values = upsampleMap(
    map,
    height,
    width,
    placeByStretch(height, width, height, width),
    { height, width, magnification },
    shown.overlay.interpolation,
  );
  putPixels(canvas, paintValues(values, shown.channelScale), height * magnification, width * magnification);
}

function describe({ channel, weight, mean, contribution, share }: ChannelRow, score: ScoreName): string {
  return [
    `Channel ${channel}`,
    `Contribution ${formatSigned(contribution)} ${score}: weight ${formatNumber(weight)}, mean activation ${formatNumber(mean)}`,
    `${formatPercent(share)} of all contributions, each counted by its size`,
  ].join('\n');
}
