import { html, render, type TemplateResult } from 'lit/html.js';
import { createRowFocus } from './rowFocus';

/** Rows drawn above and below those in view, so that scrolling shows no gap. */
const OVERSCAN = 10;
/** Before the page has laid the scroller out. */
const USUAL_HEIGHT = 400;

interface RowTable<Row> {
  readonly rows: readonly Row[];
  readonly columns: number;
  rowTemplate(row: Row, index: number): TemplateResult;
  /** The table around its body. */
  tableTemplate(body: TemplateResult): TemplateResult;
  /** Index of the row that Tab leads to; absent: the one where the keyboard was last. */
  readonly active?: number | undefined;
}

export interface RowScroller {
  readonly element: HTMLElement;
  draw<Row>(table: RowTable<Row>): void;
}

/**
 * A table of which only the rows in view exist, so that 20 000 of them cost no more than 40. The keyboard goes from row
 * to row (see createRowFocus). `redraw`: it was scrolled; `moved`: the keyboard went to another row.
 */
export function createRowScroller(
  { className, label, rowHeight }: { readonly className: string; readonly label: string; readonly rowHeight: number },
  redraw: () => void,
  moved: (row: number) => void = () => undefined,
): RowScroller {
  const element = document.createElement('div');
  element.className = className;
  element.tabIndex = -1;
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', label);
  let frame = 0;
  element.addEventListener('scroll', () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(redraw);
  });
  const focus = createRowFocus(element, rowHeight, (row) => {
    moved(row);
    redraw();
  });
  /** Stands for rows that are not drawn. */
  const spacer = (missing: number, columns: number): TemplateResult =>
    html`<tr class="spacer" aria-hidden="true" ?hidden=${missing <= 0}>
      <td colspan=${columns} .style=${`height: ${Math.max(0, missing) * rowHeight}px`}></td>
    </tr>`;
  return {
    element,
    draw({ rows, columns, rowTemplate, tableTemplate, active }) {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN);
      const most = Math.ceil((element.clientHeight || USUAL_HEIGHT) / rowHeight) + 2 * OVERSCAN;
      const shown = rows.slice(first, first + most);
      const body = html`<tbody>
        ${spacer(first, columns)} ${shown.map((row, offset) => rowTemplate(row, first + offset))}
        ${spacer(rows.length - first - shown.length, columns)}
      </tbody>`;
      render(tableTemplate(body), element);
      focus.place(rows.length, active);
    },
  };
}
