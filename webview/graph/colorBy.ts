import * as d3 from 'd3';
import type { LayerReport } from '../../src/protocol/modelReport';
import type { LayerFigures } from '../layerFigures';
import type { GraphItem, GraphView, ItemId } from './viewModel';

/** What the boxes' colours tell. */
export type ColorBy = 'operator' | 'parameters' | 'macs' | 'activation' | 'time' | 'receptiveField' | 'quantization';

export const COLOR_CHOICES: Readonly<Record<ColorBy, { readonly label: string; readonly unit: string }>> = {
  operator: { label: 'Operator', unit: '' },
  parameters: { label: 'Parameters', unit: '' },
  macs: { label: 'MAC', unit: 'MAC' },
  activation: { label: 'Activation memory', unit: 'B' },
  time: { label: 'Measured time', unit: 'ms' },
  receptiveField: { label: 'Receptive field', unit: 'px' },
  quantization: { label: 'Element type', unit: '' },
};

type Quantity = Exclude<ColorBy, 'operator' | 'quantization'>;

/** A layer's own figure; null when it is unknown or has none. */
function readQuantity(layer: LayerReport, quantity: Quantity, { times, details }: LayerFigures): number | null {
  switch (quantity) {
    case 'parameters':
      return layer.parameters;
    case 'macs':
      return layer.macs;
    case 'activation':
      return layer.activationBytes;
    case 'time':
      return times.get(layer.index) ?? null;
    case 'receptiveField': {
      const field = details.get(layer.index)?.receptiveField ?? null;
      return field === null ? null : Math.max(...field.size);
    }
  }
}

/**
 * A box's figure: the sum over its layers, but the largest receptive field. null when nothing is known of any layer;
 * what is unknown of some counts nothing.
 */
export function toQuantity(layers: readonly LayerReport[], quantity: Quantity, more: LayerFigures): number | null {
  let total: number | null = null;
  for (const layer of layers) {
    const value = readQuantity(layer, quantity, more);
    if (value !== null) {
      total = quantity === 'receptiveField' ? Math.max(total ?? 0, value) : (total ?? 0) + value;
    }
  }
  return total;
}

/** Colours for figures ≥ 0, from few to many; 0 and unknown have none. */
export interface QuantityScale {
  readonly minimum: number;
  readonly maximum: number;
  readonly isLogarithmic: boolean;
  colorOf(value: number): string;
  /** Position of a figure on the legend's bar, 0…1. */
  positionOf(value: number): number;
}

/** From this ratio of the largest to the smallest on, equal steps of colour are equal factors. */
const LOGARITHMIC_RATIO = 50;

/** More cannot be told apart, and fewer keep exported pictures small. */
const SHADES = 64;

/** Cividis (Nuñez et al. 2018) is ordered by lightness and looks the same to colour-blind readers. */
export function createQuantityScale(values: readonly number[]): QuantityScale | null {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) {
    return null;
  }
  const [minimum, maximum] = d3.extent(positive) as [number, number];
  const isLogarithmic = maximum / minimum >= LOGARITHMIC_RATIO;
  const domain = isLogarithmic ? [minimum, maximum] : [0, maximum];
  const position = (isLogarithmic ? d3.scaleLog(domain, [0, 1]) : d3.scaleLinear(domain, [0, 1])).clamp(true);
  return {
    minimum: domain[0],
    maximum,
    isLogarithmic,
    positionOf: (value) => position(value),
    colorOf: (value) => d3.interpolateCividis(Math.round(position(value) * SHADES) / SHADES),
  };
}

/** Kinds of numbers that a layer computes with, as far as they matter for size and speed. */
export const NUMBER_KINDS = ['4 bit', '8 bit', '16 bit', '32 bit', '64 bit', 'other'] as const;
export type NumberKind = (typeof NUMBER_KINDS)[number];

/** Okabe and Ito's palette: told apart by colour-blind readers. */
export const NUMBER_COLORS: Readonly<Record<NumberKind, string>> = {
  '4 bit': '#cc79a7',
  '8 bit': '#d55e00',
  '16 bit': '#e69f00',
  '32 bit': '#0072b2',
  '64 bit': '#009e73',
  other: '#777777',
};

export function toNumberKind(type: string | null): NumberKind {
  const bits = /^(?:bfloat|float|u?int|complex)(\d+)/.exec(type ?? '')?.[1];
  const width = bits === undefined ? 0 : Number(bits);
  return NUMBER_KINDS.find((kind) => kind === `${width} bit`) ?? 'other';
}

/** The narrowest numbers that any of the layers reads from the file or makes. */
export function toNarrowest(layers: readonly LayerReport[], storedTypes: ReadonlyMap<string, string>): NumberKind {
  const types = layers.flatMap(({ inputs, outputs }) => [
    ...outputs.map(({ type }) => type),
    ...inputs.flatMap((name) => storedTypes.get(name) ?? []),
  ]);
  const kinds = new Set(types.map(toNumberKind));
  return NUMBER_KINDS.find((kind) => kinds.has(kind)) ?? 'other';
}

/** The layers that a box stands for. */
export function layersOf(view: GraphView, id: ItemId): readonly LayerReport[] {
  const item: GraphItem | undefined = view.items.get(id);
  switch (item?.kind) {
    case 'layers':
      return item.layers;
    case 'block':
      return item.children.flatMap((child) => layersOf(view, child));
    default:
      return [];
  }
}
