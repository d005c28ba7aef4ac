import type { GraphReport } from '../../src/protocol/layerBodies';
import type { LayerReport, ReportShape } from '../../src/protocol/modelReport';
import { formatCount, formatExact, formatShape } from '../quantity';
import { toInputName } from './operatorInputs';
import { toOperatorFamily, type OperatorFamily } from './operatorFamily';
import { runsBodies } from './runsBodies';
import { toValueTitle, toValueWord } from './valueText';
import type { BlockItem, GraphItem, LayersItem, ValueItem } from './viewModel';

export type TextStyle = 'title' | 'detail' | 'label' | 'small';
/** Width of a text in pixels at zoom 1. */
export type MeasureText = (text: string, style: TextStyle) => number;

/** A title bar of a box. */
export interface BoxTitle {
  readonly y: number;
  readonly height: number;
  readonly text: string;
  /** At the right end: kernel and stride. */
  readonly detail: string;
  readonly family: OperatorFamily | 'value' | 'block';
  /** Index in the file of the layer; null for values and blocks. */
  readonly layer: number | null;
}

interface BoxLine {
  /** Base line. */
  readonly y: number;
  readonly text: string;
  readonly style: TextStyle;
}

/** What a box shows, at which size. Texts are already shortened to fit. */
export interface BoxContent {
  readonly width: number;
  readonly height: number;
  readonly titles: readonly BoxTitle[];
  readonly lines: readonly BoxLine[];
  /** Stands for several blocks or layers that are built alike. */
  readonly isRepeat: boolean;
  /** Index in the file of its first layer that runs something inside, which can be shown as a graph; null: none does. */
  readonly bodyLayer: number | null;
  /** What a screen reader says. */
  readonly description: string;
}

const TITLE_HEIGHT = 24;
const LINE_HEIGHT = 16;
const PADDING = 10;
const LEAST_WIDTH = 150;
const MOST_WIDTH = 270;
/** Boxes of equal blocks are equally wide although their names are not, so that the blocks are laid out once. */
const WIDTH_STEP = 15;
/** Weights listed in a box; the properties list all. */
const MOST_WEIGHTS = 3;

export function toBoxContent(
  item: GraphItem,
  weightShapes: ReadonlyMap<string, ReportShape>,
  report: Pick<GraphReport, 'functions'>,
  measure: MeasureText,
): BoxContent {
  switch (item.kind) {
    case 'layers': {
      const running = item.layers.find((layer) => runsBodies(layer, report));
      const content = arrange(toLayersText(item, weightShapes), measure);
      const description = running === undefined ? content.description : `${content.description}, runs a graph inside`;
      return { ...content, description, isRepeat: false, bodyLayer: running?.index ?? null };
    }
    case 'value':
      return { ...arrange(toValueText(item), measure), isRepeat: false, bodyLayer: null };
    case 'block':
      return { ...arrange(toBlockText(item), measure), isRepeat: item.repeat !== null, bodyLayer: null };
  }
}

interface BoxText {
  readonly titles: readonly Omit<BoxTitle, 'y' | 'height'>[];
  /** Stand under the first title. `isList`: what is too long loses its end, not its middle. */
  readonly lines: readonly (Omit<BoxLine, 'y'> & { readonly isList?: boolean })[];
  readonly description: string;
}

function toLayersText({ layers, label }: LayersItem, weightShapes: ReadonlyMap<string, ReportShape>): BoxText {
  const [first] = layers;
  const shape = layers[layers.length - 1].outputs[0]?.shape ?? null;
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const weights = first.inputs.flatMap((name, position) => {
    const stored = weightShapes.get(name) ?? [];
    return stored.length === 0 ? [] : [`${toInputName(first.opType, position)} ⟨${formatShape(stored)}⟩`];
  });
  const summary = parameters > 0 ? `${formatCount(parameters)} parameters` : null;
  return {
    titles: layers.map((layer) => ({
      text: layer.opType,
      detail: toTitleDetail(layer),
      family: toOperatorFamily(layer.opType),
      layer: layer.index,
    })),
    lines: [
      { text: label, style: 'label' as const },
      ...weights.slice(0, MOST_WEIGHTS).map((text) => ({ text, style: 'small' as const })),
      { text: `→ ${formatShape(shape)}`, style: 'small' as const },
      ...(summary === null ? [] : [{ text: summary, style: 'small' as const }]),
    ],
    description:
      `${layers.map(({ opType }) => opType).join(', ')}, ${label}, output ${formatShape(shape)}` +
      (summary === null ? '' : `, ${summary}`),
  };
}

function toValueText({ role, value }: ValueItem): BoxText {
  const shape = formatShape(value.boundShape ?? value.shape);
  return {
    titles: [{ text: value.name, detail: '', family: 'value', layer: null }],
    lines: [{ text: [toValueWord(role, value), value.type, shape].filter(Boolean).join(' · '), style: 'small' }],
    description: `${toValueTitle(role, value)} ${value.name}, ${value.type ?? ''} ${shape}`,
  };
}

function toBlockText(block: BlockItem): BoxText {
  const { label, repeat } = block;
  const { layerCount, parameters, macs, operators, outputShape } = block.summary();
  const counts = operators.slice(0, 4).map(([opType, count]) => {
    const each = count / (repeat ?? 1);
    return each === 1 ? opType : `${formatCount(each)} ${opType}`;
  });
  const inside = (repeat === null ? '' : 'each ') + counts.join(', ') + (operators.length > 4 ? ', …' : '');
  const costs = [`${formatCount(parameters)} parameters`, macs === null ? '' : `${formatCount(macs)} MAC`];
  return {
    titles: [{ text: label, detail: toBlockDetail(block), family: 'block', layer: null }],
    lines: [
      { text: inside, style: 'label', isList: true },
      { text: `→ ${formatShape(outputShape)}`, style: 'small' },
      { text: costs.filter(Boolean).join(' · '), style: 'small' },
    ],
    description:
      `${repeat === null ? 'Block' : `${repeat} times the same:`} ${label}, folded, ${formatExact(layerCount)} layers: ` +
      `${inside}, ${costs.filter(Boolean).join(', ')}`,
  };
}

export function toBlockDetail({ repeat, summary }: Pick<BlockItem, 'repeat' | 'summary'>): string {
  return repeat === null ? `${formatExact(summary().layerCount)} layers` : `×${repeat}`;
}

/** What tells layers of one type apart: `3×3 /2 dw`. */
function toTitleDetail({ opType, attributes }: LayerReport): string {
  const value = (name: string): string => attributes.find((attribute) => attribute.name === name)?.text ?? '';
  const sizes = (name: string): string =>
    value(name)
      .replace(/[[\]\s]/g, '')
      .split(',')
      .join('×');
  if (opType.includes('Conv') || opType.endsWith('Pool')) {
    const strides = new Set(
      value('strides')
        .replace(/[[\]\s]/g, '')
        .split(','),
    );
    const stride = [...strides].every((one) => one === '1' || one === '') ? '' : `/${[...strides].join('×')}`;
    const group = Number(value('group') || 1) > 1 ? `g${value('group')}` : '';
    return [sizes('kernel_shape'), stride, group].filter(Boolean).join(' ');
  }
  const axis = value('axis') || value('axes');
  return axis !== '' && axis.length < 12 ? `axis ${axis}` : '';
}

function arrange(
  { titles, lines, description }: BoxText,
  measure: MeasureText,
): Omit<BoxContent, 'isRepeat' | 'bodyLayer'> {
  const titleWidth = ({ text, detail }: BoxText['titles'][number]): number =>
    measure(text, 'title') + (detail === '' ? 0 : measure(detail, 'detail') + 14);
  const widths = [...titles.map(titleWidth), ...lines.map(({ text, style }) => measure(text, style))];
  const wanted = Math.max(LEAST_WIDTH, Math.max(...widths) + 2 * PADDING);
  const width = Math.min(MOST_WIDTH, Math.ceil(wanted / WIDTH_STEP) * WIDTH_STEP);
  const room = width - 2 * PADDING;
  const body = lines.length * LINE_HEIGHT + 10;
  return {
    width,
    height: titles.length * TITLE_HEIGHT + body,
    titles: titles.map((title, index) => ({
      ...title,
      text: shorten(
        title.text,
        room - (title.detail === '' ? 0 : measure(title.detail, 'detail') + 14),
        'title',
        measure,
      ),
      y: index * TITLE_HEIGHT + (index === 0 ? 0 : body),
      height: TITLE_HEIGHT,
    })),
    lines: lines.map(({ text, style, isList = false }, index) => ({
      text: shorten(text, room, style, measure, isList),
      style,
      y: TITLE_HEIGHT + 5 + index * LINE_HEIGHT + 12,
    })),
    description,
  };
}

/** Leaves out the middle, as names differ at their ends; of a list the last items. */
function shorten(text: string, room: number, style: TextStyle, measure: MeasureText, isList = false): string {
  if (measure(text, style) <= room) {
    return text;
  }
  let [least, most] = [0, text.length];
  const cut = (kept: number): string =>
    isList
      ? [text.slice(0, Math.max(0, text.lastIndexOf(', ', kept))), '…'].filter(Boolean).join(', ')
      : `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
  while (least < most) {
    const kept = Math.ceil((least + most) / 2);
    if (measure(cut(kept), style) <= room) {
      least = kept;
    } else {
      most = kept - 1;
    }
  }
  return cut(least);
}
