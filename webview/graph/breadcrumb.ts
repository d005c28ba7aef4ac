import { html, nothing, type TemplateResult } from 'lit/html.js';
import { describeTimes } from './bodyTemplate';
import type { Descent, Level } from './descent';
import type { Folding } from './folding';
import { findAncestors } from './initialFold';
import type { Scene } from './scene';
import type { GraphView, ItemId } from './viewModel';

interface Crumb {
  readonly label: string;
  readonly go: () => void;
}

export interface BreadcrumbParts {
  readonly scene: Pick<Scene, 'graphs'>;
  readonly folding: Pick<Folding, 'enter'>;
  readonly descent: Pick<Descent, 'levels' | 'path' | 'show' | 'leave' | 'message'>;
}

/** The blocks and bodies around what is shown, from the model inwards; nothing while that is the whole model. */
export function breadcrumbTemplate(parts: BreadcrumbParts, modelName: string): TemplateResult | typeof nothing {
  const { descent } = parts;
  const { levels, message } = descent;
  const crumbs = toCrumbs(parts, modelName);
  const level = levels.at(-1);
  const failure = message === null ? nothing : html`<p class="inline-error" role="alert">${message}</p>`;
  if (crumbs.length <= 1) {
    return failure;
  }
  return html`<nav class="graph-breadcrumb" aria-label="Blocks around what is shown">
      <ol>
        ${crumbs.map(({ label, go }, position) =>
          position === crumbs.length - 1
            ? html`<li aria-current="location">${label}</li>`
            : html`<li><button class="link-button" @click=${go}>${label}</button></li>`,
        )}
      </ol>
      ${level === undefined ? nothing : bodyTemplate(level, descent)}
    </nav>
    ${failure}`;
}

/** How often the body runs, and the other bodies of its layer. */
function bodyTemplate({ step, report }: Level, descent: BreadcrumbParts['descent']): TemplateResult {
  const { bodies } = report;
  const show = (body: number): void => void descent.show([...descent.path.slice(0, -1), { ...step, body }]);
  return html`<p class="graph-body">
    <span class="muted">${describeTimes(report)}</span>
    ${bodies.map((other, body) =>
      body === step.body ? nothing : html`<button class="link-button" @click=${() => show(body)}>${other}</button>`,
    )}
  </p>`;
}

function toCrumbs({ scene, folding, descent }: BreadcrumbParts, modelName: string): readonly Crumb[] {
  return scene.graphs.flatMap(({ model: { view }, root }, depth) => {
    const path = root === view.root.id ? [root] : [...findAncestors(view, root).reverse(), root];
    const name = depth === 0 ? modelName : descent.levels[depth - 1].label;
    return path.map((block) => ({
      label: block === view.root.id ? name : labelOf(view, block),
      go: () => {
        descent.leave(depth);
        folding.enter(block);
      },
    }));
  });
}

function labelOf(view: GraphView, block: ItemId): string {
  const item = view.items.get(block);
  return item?.kind === 'block' ? item.label : '';
}
