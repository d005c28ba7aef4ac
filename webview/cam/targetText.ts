import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { TargetChoice } from '../../src/protocol/target';
import { toTargetText } from '../../src/protocol/target';
import type { CamActions } from './camActions';

/** The target as it is written on the command line; anything the grammar allows can be written here. */
export function createTargetText(actions: CamActions): (target: TargetChoice | null) => TemplateResult {
  /** `at`: what was explained when it came; another choice outdates it. */
  let failure: { readonly at: string; readonly text: string; readonly message: string } | null = null;
  let current = 'class';
  const use = (event: Event): void => {
    event.preventDefault();
    const text = (event.currentTarget as HTMLFormElement).querySelector('input')?.value ?? '';
    actions.writeTarget(text, (message) => {
      failure = message === null ? null : { at: current, text, message };
    });
  };
  return (target) => {
    current = target === null ? 'class' : toTargetText(target);
    const told = failure?.at === current ? failure : null;
    return html`<details class="cam-target-text-form">
      <summary>As text</summary>
      <form class="cam-target-line" @submit=${use}>
        <label class="cam-control">
          <span>Target, as for <code>headlight cam --target</code></span>
          <input
            type="text"
            spellcheck="false"
            aria-invalid=${told !== null}
            aria-describedby="cam-target-error"
            .value=${told?.text ?? current}
          />
        </label>
        <button class="cam-button cam-secondary" type="submit">Explain</button>
      </form>
      <p id="cam-target-error" class="cam-target-error" role="alert">${told?.message ?? nothing}</p>
    </details>`;
  };
}
