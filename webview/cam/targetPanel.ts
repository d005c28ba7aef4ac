import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { TargetChoice, TargetOffers } from '../../src/protocol/target';
import type { CamActions } from './camActions';
import { describeTargetUnit } from './explainedTarget';
import { formatSigned } from './formatNumber';
import type { Scene } from './scene';

/** What is explained in place of a class, and its value: takes the place of the classes. */
export function targetPanel(
  { explained, cam, item }: Scene,
  target: TargetChoice,
  { usual }: TargetOffers,
  actions: CamActions,
): TemplateResult {
  const shown = explained?.shown?.kind === 'layer' ? explained.shown.explanation : null;
  const value = shown?.maps[0].value;
  const isReference = target.kind === 'similarity' && target.file === item.id;
  return html`<section class="cam-panel" aria-labelledby="cam-target-title">
    <h2 id="cam-target-title">What is explained</h2>
    <p>
      ${
        value === undefined
          ? html`<span class="cam-quiet">${explained?.title}</span>`
          : html`<strong class="cam-target-value">${formatSigned(value)} ${describeTargetUnit(target)}</strong>
              <span class="cam-target-text">${shown?.target.text}</span>`
      }
    </p>
    ${isReference ? html`<p class="cam-note">This image is the reference itself: no place can make it more similar.</p>` : nothing}
    ${cam.target === null && usual ? html`<p class="cam-note">${usual.reason}</p>` : nothing}
    ${
      usual === null
        ? html`<p>
            <button class="cam-link" @click=${() => actions.chooseCam({ target: null })}>Back to the classes</button>
          </p>`
        : nothing
    }
  </section>`;
}
