import type { ChannelOrder } from './channelRanking';
import type { Backdrop } from './rasters';
import { isTargetChoice } from '../../src/protocol/target';
import type { TargetChoice } from '../../src/protocol/target';
import type { Interpolation } from '../../src/protocol/upsampleMap';

/** What the user looks at in the CAM view alone; kept with the page's other choices. */
export interface CamChoices {
  /** What is explained in place of classes; null: a class, or what the model has where it has none. */
  readonly target: TargetChoice | null;
  /** Show the class's map minus this class's map; null: the class alone. */
  readonly contrastClass: number | null;
  /** One colour scale for all images and their classes, or the limits of the map shown. */
  readonly range: 'shared' | 'map';
  readonly interpolation: Interpolation;
  /** Whether the picture under the map keeps its colours. */
  readonly backdrop: Backdrop;
  readonly channelOrder: ChannelOrder;
  /** Id of the method that draws the map; null: the one that fits the head best. */
  readonly method: string | null;
  /** Tensor at which it does; null: the usual one. */
  readonly layer: string | null;
  /** Classes shown side by side, in the order they were added. */
  readonly compared: readonly number[];
  /** Whether the image is shown through the stages of the network. */
  readonly showsStages: boolean;
  /** What the gallery draws: w·F_c in logit units, or the activation F_c. */
  readonly channelMap: 'contribution' | 'activation';
}

export const DEFAULT_CAM_CHOICES: CamChoices = {
  target: null,
  contrastClass: null,
  range: 'shared',
  interpolation: 'smooth',
  // In grey all colour on the stage is the map's, and the legend can be read off it.
  backdrop: 'grey',
  channelOrder: 'magnitude',
  channelMap: 'contribution',
  method: null,
  layer: null,
  compared: [],
  showsStages: false,
};

/** Of the choices of the page. */
export function readCamChoices({ choices }: { readonly choices: { readonly cam?: CamChoices } }): CamChoices {
  return { ...DEFAULT_CAM_CHOICES, ...choices.cam };
}

const VALUES = {
  range: ['shared', 'map'],
  interpolation: ['smooth', 'cells'],
  backdrop: ['grey', 'color'],
  channelOrder: ['magnitude', 'positive', 'negative'],
  channelMap: ['contribution', 'activation'],
} as const;

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

/** Not there yet in what older versions saved. */
const LATER: Partial<Record<keyof CamChoices, (value: unknown) => boolean>> = {
  target: (value) => value === null || isTargetChoice(value),
  method: isTextOrNull,
  layer: isTextOrNull,
  compared: (value) => Array.isArray(value) && value.every(Number.isInteger),
  showsStages: (value) => typeof value === 'boolean',
};

/** Whether saved choices, perhaps of another version, are still understood. */
export function isCamChoices(saved: unknown): saved is CamChoices {
  if (typeof saved !== 'object' || saved === null) {
    return false;
  }
  const choices = saved as Readonly<Record<string, unknown>>;
  const { contrastClass } = choices;
  return (
    (contrastClass === null || Number.isInteger(contrastClass)) &&
    Object.entries(LATER).every(([name, isValid]) => choices[name] === undefined || isValid(choices[name])) &&
    Object.entries(VALUES).every(([name, values]) => (values as readonly unknown[]).includes(choices[name]))
  );
}
