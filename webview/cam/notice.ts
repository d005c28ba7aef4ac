import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { MapChoices } from '../../src/protocol/mapChoices';
import type { CamActions } from './camActions';
import { chooseLayer } from './chosenMap';
import { describeMap } from './mapNotice';
import type { MapPlace, Remedy } from './mapNotice';
import type { Scene, ShownMap } from './scene';

/** Why a map shows nothing, with a button for what would; nothing under an ordinary map. */
export function notice(
  { cam }: Scene,
  shown: ShownMap,
  choices: MapChoices | null,
  actions: CamActions,
): TemplateResult | typeof nothing {
  const found = describeMap(shown.overlay.map, shown.overlay.scale.sign, findPlace(shown, choices));
  if (!found) {
    return nothing;
  }
  const apply = (remedy: Remedy): void => {
    if ('sign' in remedy) {
      actions.choose({ sign: remedy.sign });
    } else if (choices) {
      actions.chooseCam(chooseLayer(choices, cam, remedy.layer));
    }
  };
  const { text, remedy } = found;
  return html`<p class="cam-notice" role="status">
    ${text} ${remedy ? html`<button class="cam-link" @click=${() => apply(remedy)}>${remedy.label}</button>` : nothing}
  </p>`;
}

function findPlace(shown: ShownMap, choices: MapChoices | null): MapPlace {
  const { kind, explanation } = shown;
  const cells = explanation.height * explanation.width;
  const earlier = choices?.stages.find(({ height, width }) => height * width > cells) ?? null;
  return { isExact: kind === 'exact', isOther: kind === 'layer' && shown.target !== null, earlier };
}
