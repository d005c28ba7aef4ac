import * as d3 from 'd3';
import {
  createQuantityScale,
  layersOf,
  NUMBER_COLORS,
  NUMBER_KINDS,
  toNarrowest,
  toQuantity,
  type ColorBy,
  type NumberKind,
  type QuantityScale,
} from './colorBy';
import type { LayerFigures } from '../layerFigures';
import type { GraphModel } from './graphModel';
import type { OperatorFamily } from './operatorFamily';
import type { Picture } from './picture';
import type { ItemId } from './viewModel';

type Family = OperatorFamily | 'value' | 'block';

/** What colours the boxes of one picture have, and what they mean. */
export interface BoxColors {
  readonly by: ColorBy;
  /** A CSS colour for a box as a whole. */
  readonly of: (id: ItemId) => string;
  /** The colour that replaces those of the operator families in the title bars; null: theirs. */
  readonly titleOf: (id: ItemId) => string | null;
  readonly scale: QuantityScale | null;
  readonly kinds: readonly NumberKind[];
}

/** The grey of what has no figure. */
const NEUTRAL = '#767676';

/** `familyColor` resolves the theme's colour of an operator family. */
export function createBoxColors(
  by: ColorBy,
  model: GraphModel,
  picture: Picture,
  more: LayerFigures,
  familyColor: (family: Family) => string,
): BoxColors {
  if (by === 'operator') {
    const colors = new Map<Family, string>();
    const resolve = (family: Family): string => {
      const color = colors.get(family) ?? familyColor(family);
      colors.set(family, color);
      return color;
    };
    const of = (id: ItemId): string => resolve(model.contentOf(id).titles[0].family);
    return { by, of, titleOf: () => null, scale: null, kinds: [] };
  }
  if (by === 'quantization') {
    return colorByKind(model, picture);
  }
  const values = new Map<ItemId, number>();
  for (const { id } of picture.boxes) {
    const value = toQuantity(layersOf(model.view, id), by, more);
    if (value !== null && value > 0) {
      values.set(id, value);
    }
  }
  const scale = createQuantityScale([...values.values()]);
  const of = (id: ItemId): string => {
    const value = values.get(id);
    return value === undefined || scale === null ? NEUTRAL : scale.colorOf(value);
  };
  return { by, of, titleOf: of, scale, kinds: [] };
}

function colorByKind({ view, report }: GraphModel, { boxes }: Picture): BoxColors {
  const stored = new Map(report.initializers.map(({ name, type }) => [name, type]));
  const kinds = new Map<ItemId, NumberKind>();
  for (const { id } of boxes) {
    const layers = layersOf(view, id);
    if (layers.length > 0) {
      kinds.set(id, toNarrowest(layers, stored));
    }
  }
  const of = (id: ItemId): string => {
    const kind = kinds.get(id);
    return kind === undefined ? NEUTRAL : NUMBER_COLORS[kind];
  };
  const present = new Set(kinds.values());
  return { by: 'quantization', of, titleOf: of, scale: null, kinds: NUMBER_KINDS.filter((kind) => present.has(kind)) };
}

/** Black or white, whichever has the higher contrast on the colour (WCAG 2.2). */
export function toTextColor(color: string): string {
  const { r, g, b } = d3.rgb(color);
  const [red, green, blue] = [r, g, b].map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 0.05 * 1.05 ? '#000000' : '#ffffff';
}
