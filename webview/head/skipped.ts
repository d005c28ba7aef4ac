import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatExact } from '../quantity';

/** Images that could not be read, each with its sentence, folded away. */
export function skippedTemplate(images: readonly { readonly message: string }[]): TemplateResult | typeof nothing {
  return images.length === 0
    ? nothing
    : html`<details>
        <summary>
          ${images.length === 1 ? '1 image' : `${formatExact(images.length)} images`} could not be read and
          ${images.length === 1 ? 'was' : 'were'} left out
        </summary>
        <ul>
          ${images.map(({ message }) => html`<li>${message}</li>`)}
        </ul>
      </details>`;
}
