import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadFit } from '../../src/protocol/headFit';
import { findColorMap } from '../cam/colorMaps';
import { createColorScale } from '../cam/colorScale';
import { painted } from '../cam/painted';
import { paintValues } from '../cam/paintValues';
import { putPixels } from '../cam/rasters';
import { formatExact } from '../quantity';

type Counts = NonNullable<HeadFit['confusion']>;

/** Up to so many classes every cell has its number. */
const MOST_NUMBERS = 20;
const LISTED = 6;

/** Which classes are taken for which, on the images held out: a table, or a picture of many classes. */
export function confusionTemplate(
  { kind, confusion }: HeadFit,
  classes: readonly string[],
): TemplateResult | typeof nothing {
  if (confusion === null) {
    return nothing;
  }
  return html`<details class="confusion" open>
    <summary>Confusion matrix of the ${kind.toUpperCase()} head: true class by row, predicted by column</summary>
    ${classes.length <= MOST_NUMBERS ? tableTemplate(confusion, classes) : pictureTemplate(confusion, classes)}
    ${worstTemplate(confusion, classes)}
  </details>`;
}

function tableTemplate(counts: Counts, classes: readonly string[]): TemplateResult {
  return html`<div class="head-table-scroller">
    <table class="confusion-table">
      <thead>
        <tr>
          <td></td>
          ${classes.map((name) => html`<th scope="col" title=${name}><span>${name}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${counts.map((row, truth) => {
          const total = row.reduce((sum, count) => sum + count, 0);
          return html`<tr>
            <th scope="row" title=${classes[truth]}>${classes[truth]}</th>
            ${row.map(
              (count, predicted) =>
                html`<td
                  class=${truth === predicted ? 'right' : count > 0 ? 'wrong' : ''}
                  .style=${`--share: ${total === 0 ? 0 : Math.round((100 * count) / total)}%`}
                  title=${describe(counts, classes, truth, predicted)}
                >
                  ${count === 0 ? '' : count}
                </td>`,
            )}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Shares of each row; the cell under the pointer is named in the tooltip. */
function pictureTemplate(counts: Counts, classes: readonly string[]): TemplateResult {
  const size = classes.length;
  const paint = (canvas: HTMLCanvasElement): void => {
    const shares = Float32Array.from(
      counts.flatMap((row) => {
        const total = row.reduce((sum, count) => sum + count, 0);
        return row.map((count) => (total === 0 ? 0 : count / total));
      }),
    );
    const scale = createColorScale(findColorMap('cividis'), 'signed', { minimum: 0, maximum: 1 });
    putPixels(canvas, paintValues(shares, scale), size, size);
  };
  const point = (event: PointerEvent): void => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const clamp = (share: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
    const [truth, predicted] = [clamp((event.clientY - top) / height), clamp((event.clientX - left) / width)];
    canvas.title = describe(counts, classes, truth, predicted);
  };
  return html`<canvas
    class="confusion-picture"
    role="img"
    aria-label="Share of each true class that is predicted as each class; the worst confusions are listed below"
    @pointermove=${point}
    ${painted([counts], paint)}
  ></canvas>`;
}

function describe(counts: Counts, classes: readonly string[], truth: number, predicted: number): string {
  const total = counts[truth].reduce((sum, count) => sum + count, 0);
  return `${classes[truth]} predicted as ${classes[predicted]}: ${counts[truth][predicted]} of ${total}`;
}

function worstTemplate(counts: Counts, classes: readonly string[]): TemplateResult {
  const wrong = counts
    .flatMap((row, truth) => row.map((count, predicted) => ({ count, truth, predicted })))
    .filter(({ count, truth, predicted }) => count > 0 && truth !== predicted)
    .sort((one, other) => other.count - one.count);
  return wrong.length === 0
    ? html`<p class="muted">None of the images held out is taken for another class.</p>`
    : html`<p class="muted">
        Most often confused:
        ${wrong
          .slice(0, LISTED)
          .map(({ count, truth, predicted }) => `${classes[truth]} → ${classes[predicted]} (${formatExact(count)})`)
          .join(', ')}.
      </p>`;
}
