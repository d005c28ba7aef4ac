import { html, type TemplateResult } from 'lit/html.js';
import type { App } from '../app';
import { toLayerFigures } from '../layerFigures';
import { measure } from '../measuring';
import { fetchModelDetails } from '../modelDetails';
import { createBoxColors, type BoxColors } from './boxColors';
import { COLOR_CHOICES, type ColorBy } from './colorBy';
import type { GraphModel } from './graphModel';
import { legendTemplate } from './legend';
import type { Picture } from './picture';

/** What the colours of the boxes tell now; works them out anew when the picture, the times or the theme change. */
export class Coloring {
  #colors: BoxColors | null = null;
  #basis: readonly unknown[] = [];
  #isInside = false;

  /** `changed`: what was drawn has other colours now. */
  constructor(
    private readonly app: App,
    changed: () => void,
  ) {
    const forget = (): void => {
      this.#basis = [];
      changed();
    };
    new MutationObserver(forget).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  }

  get by(): ColorBy {
    const saved = this.app.state.choices.graph?.colorBy;
    return saved !== undefined && saved in COLOR_CHOICES ? (saved as ColorBy) : 'operator';
  }

  colorsOf(model: GraphModel, picture: Picture): BoxColors {
    const { by } = this;
    const { state } = this.app;
    // Known of the model's layers only.
    const isModel = model.path.length === 0;
    const details = by === 'receptiveField' && isModel ? state.details : null;
    const measurement = by === 'time' && isModel ? state.measurement : null;
    const basis = [by, model, picture, measurement, details];
    if (by === 'receptiveField' && isModel && details === null) {
      void fetchModelDetails(this.app);
    }
    if (this.#colors === null || basis.some((part, index) => part !== this.#basis[index])) {
      // Not of the view: away from the page, as while another view is shown, it has no style.
      const style = getComputedStyle(document.body);
      this.#basis = basis;
      this.#isInside = !isModel;
      this.#colors = createBoxColors(
        by,
        model,
        picture,
        toLayerFigures(details, measurement?.status === 'measured' ? measurement.measurement : null),
        (family) => style.getPropertyValue(`--family-${family}`).trim(),
      );
    }
    return this.#colors;
  }

  legend(): ReturnType<typeof legendTemplate> {
    return legendTemplate(this.#colors, this.#explain());
  }

  #explain(): TemplateResult | null {
    if (this.#isInside && (this.by === 'time' || this.by === 'receptiveField')) {
      return html`<p>Known of the model’s own layers only, not of those inside a body.</p>`;
    }
    return this.by === 'time' ? this.#explainTime() : null;
  }

  #explainTime(): TemplateResult {
    const { measurement } = this.app.state;
    if (measurement?.status === 'running') {
      return html`<p role="status">Measuring…</p>`;
    }
    const reason =
      measurement?.status === 'failed'
        ? measurement.failure.message
        : 'Not measured yet: the model is run several times on random input, and each layer timed.';
    return html`<p>${reason}</p>
      <button class="text-button" @click=${() => void measure(this.app)}>Measure</button>`;
  }
}
