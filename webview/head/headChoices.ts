import type { HeadSize } from '../../src/protocol/headFormulas';
import type { HeadReport } from '../../src/protocol/modelReport';

/** What the sliders ask "what if" about. */
export interface Supposition {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly batch: number;
  /** Between any two positions of a channel, 0…1. */
  readonly correlation: number;
}

/** What the user looks at in the Head view alone; kept with the page's other choices. */
export interface HeadChoices {
  /** Index of the head in the report. */
  readonly head: number;
  /** null: the user's own sizes, one image, independent positions. */
  readonly supposition: Supposition | null;
}

export const DEFAULT_HEAD_CHOICES: HeadChoices = { head: 0, supposition: null };

/** The example that the literature argues with: 195.24 times the parameters. */
export const SEED_EXAMPLE: Supposition = {
  channels: 256,
  height: 14,
  width: 14,
  classes: 1000,
  batch: 1,
  correlation: 0,
};

/** Whether saved choices, perhaps of another version, are still understood. */
export function isHeadChoices(saved: unknown): saved is HeadChoices {
  if (typeof saved !== 'object' || saved === null) {
    return false;
  }
  const { head, supposition } = saved as Readonly<Record<string, unknown>>;
  return Number.isInteger(head) && (supposition === null || isSupposition(supposition));
}

function isSupposition(saved: unknown): boolean {
  if (typeof saved !== 'object' || saved === null) {
    return false;
  }
  const values = saved as Readonly<Record<string, unknown>>;
  const names: readonly (keyof Supposition)[] = ['channels', 'height', 'width', 'classes', 'batch'];
  const { correlation } = values;
  const isWhole = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  return names.every((name) => isWhole(values[name])) && typeof correlation === 'number';
}

/** The user's own sizes; null where the head has none. */
export function toOwnSupposition({ channels, height, width, classes }: HeadReport): Supposition | null {
  return channels === null || height === null || width === null || classes === null
    ? null
    : { channels, height, width, classes, batch: 1, correlation: 0 };
}

/** The sizes with the bytes per element of the user's own weights and activations; 32-bit floats where there are none. */
export function toHeadSize(
  { channels, height, width, classes, batch }: Supposition,
  { gap, ...head }: HeadReport,
): HeadSize {
  const size = { channels, height, width, classes, batch };
  const own = toOwnSupposition({ gap, ...head });
  if (gap === null || own === null) {
    return { ...size, weightBytes: 4, activationBytes: 4 };
  }
  // The report says what is moved for one image: weights, then input and output at the activations' width.
  const activations = own.channels * own.height * own.width + own.classes;
  const activationBytes = Math.round((gap.flops / gap.arithmeticIntensity - gap.bytes) / activations);
  return { ...size, weightBytes: gap.bytes / gap.parameters, activationBytes };
}
