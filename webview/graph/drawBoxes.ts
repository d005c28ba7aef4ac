import * as d3 from 'd3';
import { toTextColor, type BoxColors } from './boxColors';
import type { BoxContent, BoxTitle } from './boxContent';
import { toElementId, type Marks, type PictureActions } from './marks';
import type { PlacedItem } from './picture';
import type { GraphView, ItemId } from './viewModel';

type Boxes = d3.Selection<SVGGElement, PlacedItem, SVGGElement, undefined>;

/** One group per box, keyed by id; its inside is made once, since what a box says never changes. */
export function drawBoxes(
  parent: d3.Selection<SVGGElement, undefined, null, undefined>,
  view: GraphView,
  placed: readonly PlacedItem[],
  contentOf: (id: ItemId) => BoxContent,
  marks: Marks,
  colors: Pick<BoxColors, 'titleOf'>,
  actions: PictureActions,
): void {
  const boxes: Boxes = parent
    .selectAll<SVGGElement, PlacedItem>('g.box')
    .data(placed, ({ id }) => id)
    .join((enter) => {
      const group = enter.append('g').attr('role', 'button');
      group.each(function ({ id }) {
        createBox(d3.select(this), view, id, contentOf(id));
      });
      return group;
    });
  boxes
    .attr('transform', ({ x, y }) => `translate(${x},${y})`)
    .classed('selected', ({ id }) => id === marks.selected)
    .classed('match', ({ id }) => marks.matches.has(id))
    .classed('head', ({ id }) => marks.head.has(id))
    .classed('on-path', ({ id }) => marks.path?.items.has(id) === true)
    .style('--family', ({ id }) => colors.titleOf(id))
    .style('--title-foreground', ({ id }) => {
      const color = colors.titleOf(id);
      return color === null ? null : toTextColor(color);
    })
    .classed('recoloured', ({ id }) => colors.titleOf(id) !== null)
    .on('click', (event: MouseEvent, { id }) => {
      const title = event.target instanceof Element ? event.target.closest('.title') : null;
      const layer = title === null ? null : (d3.select<Element, BoxTitle>(title).datum().layer ?? null);
      if (event.target instanceof Element && event.target.closest('.enter') !== null) {
        actions.enter(id);
      } else if (!event.shiftKey && view.items.get(id)?.kind === 'block') {
        actions.toggle(id);
      } else {
        actions.select(id, layer, event.shiftKey);
      }
    })
    .on('dblclick', (_event: MouseEvent, { id }) => {
      if (contentOf(id).bodyLayer !== null) {
        actions.enter(id);
      }
    });
  boxes.selectAll<SVGGElement, BoxTitle>('.title').classed('selected', ({ layer }) => {
    return layer !== null && layer === marks.selectedLayer;
  });
  boxes.select<SVGTextElement>('.match-count').text(({ id }) => {
    const count = marks.matches.get(id) ?? 0;
    return count > 1 ? `${count} matches` : '';
  });
}

function createBox(
  group: d3.Selection<SVGGElement, PlacedItem, null, undefined>,
  view: GraphView,
  id: ItemId,
  content: BoxContent,
): void {
  const { width, height, titles, lines, description } = content;
  const isBlock = view.items.get(id)?.kind === 'block';
  group.attr('class', `box box-${view.items.get(id)?.kind ?? ''}`);
  group.attr('id', toElementId(id)).attr('aria-label', description);
  group.attr('aria-expanded', isBlock ? 'false' : null);
  if (isBlock) {
    const isRepeat = content.isRepeat;
    for (const offset of isRepeat ? [12, 8, 4] : [6, 3]) {
      group
        .append('rect')
        .attr('class', 'box-behind')
        .attr('x', offset)
        .attr('y', offset)
        .attr('rx', 5)
        .attr('width', width)
        .attr('height', height);
    }
  }
  group.append('rect').attr('class', 'box-body').attr('rx', 5).attr('width', width).attr('height', height);
  for (const [index, title] of titles.entries()) {
    const isLast = index === titles.length - 1 && index > 0;
    appendTitle(group, title, width, index === 0 ? 'top' : isLast ? 'bottom' : 'none', isBlock);
  }
  for (const { y, text, style } of lines) {
    group.append('text').attr('class', `text-${style}`).attr('x', 10).attr('y', y).text(text);
  }
  group
    .append('text')
    .attr('class', 'match-count')
    .attr('x', width + 8)
    .attr('y', 16);
  if (isBlock) {
    appendEnter(group, width - 25, height - 39);
  } else if (content.bodyLayer !== null) {
    appendEnter(group, width - 25, height - 23, 'Show what this runs as a graph (Enter)');
  }
  group.append('rect').attr('class', 'box-outline').attr('rx', 5).attr('width', width).attr('height', height);
  group.append('title').text(description);
}

/** What opens a block as the whole picture, or what a layer runs inside. */
export function appendEnter(
  group: d3.Selection<SVGGElement, PlacedItem, null, undefined>,
  x: number,
  y: number,
  title = 'Show this block alone (O)',
): void {
  const button = group.append('g').attr('class', 'enter').attr('transform', `translate(${x},${y})`);
  button.append('title').text(title);
  button.append('rect').attr('width', 18).attr('height', 16).attr('rx', 3);
  button.append('path').attr('d', 'M10,3 H15 V8 M15,3 L9,9 M8,4 H4 V13 H13 V10');
}

function appendTitle(
  group: d3.Selection<SVGGElement, PlacedItem, null, undefined>,
  title: BoxTitle,
  width: number,
  rounded: 'top' | 'bottom' | 'none',
  hasChevron: boolean,
): void {
  const bar = group.append('g').datum(title).attr('class', `title family-${title.family}`);
  bar
    .append('path')
    .attr('class', 'title-bar')
    .attr('d', toBarPath(title, width, rounded));
  if (hasChevron) {
    bar.append('path').attr('class', 'chevron').attr('d', 'M0,0 l5,5 l-5,5').attr('transform', 'translate(11,7)');
  }
  const baseline = title.y + title.height / 2 + 4;
  bar
    .append('text')
    .attr('class', 'text-title')
    .attr('x', hasChevron ? 24 : 10)
    .attr('y', baseline)
    .text(title.text);
  bar
    .append('text')
    .attr('class', 'text-detail')
    .attr('text-anchor', 'end')
    .attr('x', width - 10)
    .attr('y', baseline)
    .text(title.detail);
}

/** A bar whose outer corners follow the box's. */
function toBarPath({ y, height }: BoxTitle, width: number, rounded: 'top' | 'bottom' | 'none'): string {
  const path = d3.path();
  const [top, bottom] = [rounded === 'top' ? 5 : 0, rounded === 'bottom' ? 5 : 0];
  path.moveTo(0, y + top);
  path.arcTo(0, y, top, y, top);
  path.lineTo(width - top, y);
  path.arcTo(width, y, width, y + top, top);
  path.lineTo(width, y + height - bottom);
  path.arcTo(width, y + height, width - bottom, y + height, bottom);
  path.lineTo(bottom, y + height);
  path.arcTo(0, y + height, 0, y + height - bottom, bottom);
  path.closePath();
  return path.toString();
}
