import type { ChannelOrder } from './channelRanking';
import type { Backdrop } from './rasters';
import type { Interpolation } from '../../src/protocol/upsampleMap';

/** What the user looks at in the CAM view alone; kept with the page's other choices. */
export interface CamChoices {
  /** Show the class's map minus this class's map; null: the class alone. */
  readonly contrastClass: number | null;
  /** One colour scale for all images and their classes, or the limits of the map shown. */
  readonly range: 'shared' | 'map';
  readonly interpolation: Interpolation;
  /** Whether the picture under the map keeps its colours. */
  readonly backdrop: Backdrop;
  readonly channelOrder: ChannelOrder;
  /** What the gallery draws: w·F_c in logit units, or the activation F_c. */
  readonly channelMap: 'contribution' | 'activation';
}

export const DEFAULT_CAM_CHOICES: CamChoices = {
  contrastClass: null,
  range: 'shared',
  interpolation: 'smooth',
  // In grey all colour on the stage is the map's, and the legend can be read off it.
  backdrop: 'grey',
  channelOrder: 'magnitude',
  channelMap: 'contribution',
};

const VALUES = {
  range: ['shared', 'map'],
  interpolation: ['smooth', 'cells'],
  backdrop: ['grey', 'color'],
  channelOrder: ['magnitude', 'positive', 'negative'],
  channelMap: ['contribution', 'activation'],
} as const;

/** Whether saved choices, perhaps of another version, are still understood. */
export function isCamChoices(saved: unknown): saved is CamChoices {
  if (typeof saved !== 'object' || saved === null) {
    return false;
  }
  const choices = saved as Readonly<Record<string, unknown>>;
  const { contrastClass } = choices;
  return (
    (contrastClass === null || Number.isInteger(contrastClass)) &&
    Object.entries(VALUES).every(([name, values]) => (values as readonly unknown[]).includes(choices[name]))
  );
}
