import { html, render, type TemplateResult } from 'lit/html.js';

/** Rows drawn above and below those in view, so that scrolling shows no gap. */
const OVERSCAN = 10;
/** Before the page has laid the scroller out. */
const USUAL_HEIGHT = 400;

export interface RowTable<Row> {
  readonly rows: readonly Row[];
  readonly columns: number;
  rowTemplate(row: Row, index: number): TemplateResult;
  /** The table around its body. */
  tableTemplate(body: TemplateResult): TemplateResult;
}

export interface RowScroller {
  readonly element: HTMLElement;
  draw<Row>(table: RowTable<Row>): void;
}

/** A table of which only the rows in view exist, so that 20 000 of them cost no more than 40. `redraw`: it was scrolled. */
export function createRowScroller(
  { className, label, rowHeight }: { readonly className: string; readonly label: string; readonly rowHeight: number },
  redraw: () => void,
): RowScroller {
  const element = document.createElement('div');
  element.className = className;
  element.tabIndex = 0;
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', label);
  let frame = 0;
  element.addEventListener('scroll', () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(redraw);
  });
  /** Stands for rows that are not drawn. */
  const spacer = (count: number, columns: number): TemplateResult =>
    html`<tr class="spacer" aria-hidden="true" ?hidden=${count <= 0}>
      <td colspan=${columns} .style=${`height: ${Math.max(0, count) * rowHeight}px`}></td>
    </tr>`;
  return {
    element,
    draw({ rows, columns, rowTemplate, tableTemplate }) {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN);
      const count = Math.ceil((element.clientHeight || USUAL_HEIGHT) / rowHeight) + 2 * OVERSCAN;
      const shown = rows.slice(first, first + count);
      const body = html`<tbody>
        ${spacer(first, columns)} ${shown.map((row, offset) => rowTemplate(row, first + offset))}
        ${spacer(rows.length - first - shown.length, columns)}
      </tbody>`;
      render(tableTemplate(body), element);
    },
  };
}
