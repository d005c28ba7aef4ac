import { interpolateCividis, interpolateInferno, interpolateMagma, interpolateViridis, rgb } from 'd3';

/** A perceptually ordered, colour-blind-safe scale of colours. */
export interface ColorMap {
  readonly name: string;
  readonly label: string;
  /** diverging: the middle of the table means zero. */
  readonly kind: 'sequential' | 'diverging';
  /** RGB, [256, 3], 0…255. */
  readonly table: Uint8ClampedArray;
}

export const COLOR_MAP_SIZE = 256;

/** Hues of OKLCh; blue and purple stay apart from orange for people who see no red or no green (tested). */
const BLUE_HUE = 255;
const PURPLE_HUE = 300;
const ORANGE_HUE = 52;

/** In the order of the picker. The rainbow (jet) is left out on purpose: it draws edges where there are none. */
export const COLOR_MAPS: readonly ColorMap[] = [
  { name: 'viridis', label: 'Viridis', kind: 'sequential', table: sample((t) => parse(interpolateViridis(t))) },
  { name: 'cividis', label: 'Cividis', kind: 'sequential', table: sample((t) => parse(interpolateCividis(t))) },
  { name: 'inferno', label: 'Inferno', kind: 'sequential', table: sample((t) => parse(interpolateInferno(t))) },
  { name: 'magma', label: 'Magma', kind: 'sequential', table: sample((t) => parse(interpolateMagma(t))) },
  { name: 'blue-orange', label: 'Blue–orange', kind: 'diverging', table: sample((t) => toLightCentre(t, BLUE_HUE)) },
  { name: 'blue-black-orange', label: 'Blue–black–orange', kind: 'diverging', table: sample(toDarkCentre) },
  {
    name: 'purple-orange',
    label: 'Purple–orange',
    kind: 'diverging',
    table: sample((t) => toLightCentre(t, PURPLE_HUE)),
  },
];

const DEFAULT_COLOR_MAP = 'blue-orange';

/** Unknown names (an old saved choice, a typing error in the settings) fall back to the default. */
export function findColorMap(name: string): ColorMap {
  return (
    COLOR_MAPS.find((map) => map.name === name) ??
    COLOR_MAPS.find((map) => map.name === DEFAULT_COLOR_MAP) ??
    COLOR_MAPS[0]
  );
}

/** CSS colour at `position` 0…1. */
export function toCssColor(map: ColorMap, position: number): string {
  const index = 3 * Math.round(Math.min(1, Math.max(0, position)) * (COLOR_MAP_SIZE - 1));
  return `rgb(${map.table[index]}, ${map.table[index + 1]}, ${map.table[index + 2]})`;
}

type Rgb = readonly [red: number, green: number, blue: number];

function sample(interpolate: (position: number) => Rgb): Uint8ClampedArray {
  const table = new Uint8ClampedArray(COLOR_MAP_SIZE * 3);
  for (let index = 0; index < COLOR_MAP_SIZE; index++) {
    table.set(interpolate(index / (COLOR_MAP_SIZE - 1)), index * 3);
  }
  return table;
}

function parse(color: string): Rgb {
  const { r, g, b } = rgb(color);
  return [r, g, b];
}

/** Light in the middle; lightness falls evenly and equally to both ends, so that equal |value| looks equally strong. */
function toLightCentre(position: number, negativeHue: number): Rgb {
  const strength = Math.abs(2 * position - 1);
  return toRgb(
    0.96 - 0.4 * strength,
    0.155 * Math.sin((Math.PI / 2) * strength),
    position < 0.5 ? negativeHue : ORANGE_HUE,
  );
}

/** Dark in the middle: for bright photographs. */
function toDarkCentre(position: number): Rgb {
  const strength = Math.abs(2 * position - 1);
  return toRgb(
    0.18 + 0.6 * strength,
    0.15 * Math.sin((Math.PI / 2) * strength),
    position < 0.5 ? BLUE_HUE : ORANGE_HUE,
  );
}

/** OKLCh to sRGB (Ottosson 2020): lightness 0…1, chroma, hue in degrees. */
function toRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toByte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    toByte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    toByte(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function toByte(linear: number): number {
  return 255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
}
