import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { LayerChoice, MapChoices } from '../../src/protocol/mapChoices';
import { nameScoreOf } from '../../src/protocol/scoreName';
import type { CamActions } from './camActions';
import { chooseLayer } from './chosenMap';
import { describeMap } from './mapNotice';
import type { MapPlace, Remedy } from './mapNotice';
import type { Scene, ShownMap } from './scene';

/** Colours that span any range. */
const SEQUENTIAL = 'viridis';

/** Why a map shows nothing, with a button for what would; nothing under an ordinary map. */
export function notice(
  { explained }: Scene,
  shown: ShownMap,
  choices: MapChoices | null,
  actions: CamActions,
): TemplateResult | typeof nothing {
  const found = describeMap(shown.overlay.map, shown.overlay.scale, {
    ...findPlace(shown, choices),
    score: nameScoreOf(shown.explanation),
    isContrast: typeof explained?.target.contrastClass === 'number',
  });
  if (!found) {
    return nothing;
  }
  const apply = (remedy: Remedy): void => {
    if ('sign' in remedy) {
      actions.choose({ sign: remedy.sign });
    } else if ('isSpread' in remedy) {
      // Diverging colours keep their middle at zero.
      actions.choose({ colorMap: SEQUENTIAL, sign: 'signed' });
      actions.chooseCam({ range: 'map' });
    } else if (choices) {
      actions.chooseCam((current) => chooseLayer(choices, current, remedy.layer));
    }
  };
  const { text, remedy } = found;
  return html`<p class="cam-notice" role="status">
    ${text} ${remedy ? html`<button class="cam-link" @click=${() => apply(remedy)}>${remedy.label}</button>` : nothing}
  </p>`;
}

function findPlace(shown: ShownMap, choices: MapChoices | null): MapPlace {
  const earlier = findEarlier(shown, choices);
  if (shown.kind === 'exact') {
    return { isExact: true, earlier };
  }
  const { layer, unit, maps } = shown.explanation;
  const usual = choices?.layers.find(({ tensor }) => tensor === choices.layer && tensor !== layer) ?? null;
  const value = unit === 'logit' ? (maps[0].value ?? null) : null;
  return { isExact: false, isOther: shown.target !== null, value, earlier, usual };
}

/** The stage before that of the map; of a map within a stage the first one with more cells. */
function findEarlier({ kind, explanation }: ShownMap, choices: MapChoices | null): LayerChoice | null {
  const stages = choices?.stages ?? [];
  const layer = kind === 'exact' ? choices?.layer : explanation.layer;
  const position = stages.findIndex(({ tensor }) => tensor === layer);
  const cells = explanation.height * explanation.width;
  return (position < 0 ? stages.find(({ height, width }) => height * width > cells) : stages[position + 1]) ?? null;
}
