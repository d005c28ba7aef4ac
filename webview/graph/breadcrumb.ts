import { html, nothing, type TemplateResult } from 'lit/html.js';
import { findAncestors } from './initialFold';
import type { GraphView, ItemId } from './viewModel';

/** The blocks around the one that is the whole picture, from the model inwards; nothing while that is the model. */
export function breadcrumbTemplate(
  view: GraphView,
  root: ItemId,
  modelName: string,
  enter: (block: ItemId) => void,
): TemplateResult | typeof nothing {
  if (root === view.root.id) {
    return nothing;
  }
  const path = [...findAncestors(view, root).reverse(), root];
  return html`<nav class="graph-breadcrumb" aria-label="Blocks around what is shown">
    <ol>
      ${path.map((block) => {
        const label = block === view.root.id ? modelName : labelOf(view, block);
        return block === root
          ? html`<li aria-current="location">${label}</li>`
          : html`<li><button class="link-button" @click=${() => enter(block)}>${label}</button></li>`;
      })}
    </ol>
  </nav>`;
}

function labelOf(view: GraphView, block: ItemId): string {
  const item = view.items.get(block);
  return item?.kind === 'block' ? item.label : '';
}
