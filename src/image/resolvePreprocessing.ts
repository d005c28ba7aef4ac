import { basename } from 'node:path';
import type { Model } from '../graph/model';
import type { Preprocessing, SettingSource } from '../protocol/preprocessing';
import { UserError } from '../userError';
import { readGraphPreprocessing } from './graphPreprocessing';
import { findImageInput, type ImageInput } from './imageInput';
import { readMetadataPreprocessing } from './metadataPreprocessing';
import type { PreprocessingFields } from './preprocessingFields';
import { PRESETS, type PresetFields } from './presets';
import type { Sidecar } from './sidecar';

export interface PreprocessingRequest {
  readonly model: Model;
  /** Sizes that the user bound for free dimensions, by input name. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Sizes that the analysis assumed for free dimensions, by input name. */
  readonly boundInputs?: ReadonlyMap<string, readonly number[]>;
  /** Classes of the main head: 1001 tells of TensorFlow. */
  readonly classes?: number | null;
  /** A file given for this run. */
  readonly chosen?: Sidecar | null;
  /** The file beside the model. */
  readonly sidecar?: Sidecar | null;
  /** The user's preferences. */
  readonly settings?: PreprocessingFields | null;
}

export interface ResolvedPreprocessing {
  readonly preprocessing: Preprocessing;
  readonly source: SettingSource;
  /** A sentence or two: where it comes from, and whether it is a guess. */
  readonly note: string;
}

interface Layer {
  readonly source: SettingSource;
  readonly fields: PreprocessingFields;
  readonly note: string;
}

/**
 * How images are read for a model. Later layers give way to earlier ones field by field: a chosen file, the sidecar
 * file, the settings, the model's metadata, its first operators, a guess. Size, layout and channels come from the
 * model's input. Throws UserError `badPreprocessing` when a layer contradicts the model or no input takes an image.
 */
export function resolvePreprocessing(request: PreprocessingRequest): ResolvedPreprocessing {
  const input = findImageInput(request.model);
  const layers = collectLayers(request, input);
  const [first] = layers;
  const fields = mergeLayers(layers);
  const layout = fields.layout ?? input.layout;
  const preprocessing = {
    ...toChannels(fields, input, first.note),
    ...chooseSize(request, input, layers),
    layout,
  };
  if (layout !== input.layout && input.height !== null) {
    const wanted = `${input.name} is ${input.layout}`;
    throw new UserError('badPreprocessing', `${first.note} It says layout ${layout}, but the model's input ${wanted}.`);
  }
  return { preprocessing, source: first.source, note: first.note };
}

function collectLayers(request: PreprocessingRequest, input: ImageInput): [Layer, ...Layer[]] {
  const { model, chosen, sidecar, settings } = request;
  const layers: Layer[] = [];
  if (chosen?.preprocessing) {
    layers.push({ source: 'chosen', fields: chosen.preprocessing, note: `From ${basename(chosen.path)}.` });
  }
  if (sidecar?.preprocessing) {
    layers.push({ source: 'sidecar', fields: sidecar.preprocessing, note: `From ${basename(sidecar.path)}.` });
  }
  if (settings && Object.keys(settings).length > 0) {
    const what = settings.preset === undefined ? '' : ` (${settings.preset})`;
    layers.push({ source: 'settings', fields: settings, note: `From the settings${what}.` });
  }
  const metadata = readMetadataPreprocessing(model);
  if (metadata !== null) {
    layers.push({ source: 'metadata', ...metadata });
  }
  const graph = readGraphPreprocessing(model, input);
  if (graph !== null) {
    layers.push({ source: 'graph', ...graph });
  }
  const [first, ...others] = [...layers, guess(input, request.classes ?? null)];
  return [first, ...others];
}

function guess(input: ImageInput, classes: number | null): Layer {
  const preset =
    input.channels === 1
      ? 'zero-to-one'
      : input.layout === 'NHWC' || classes === 1001
        ? 'tensorflow'
        : 'imagenet-torch';
  return {
    source: 'default',
    fields: { preset },
    note: `A guess (${preset}): nothing in the model says how images are read. Check it before you trust a map.`,
  };
}

/** From the weakest layer to the strongest; a preset replaces all that lies below it. */
function mergeLayers(layers: readonly Layer[]): PresetFields & PreprocessingFields {
  return layers.reduceRight<PresetFields & PreprocessingFields>((below, { fields }) => {
    const { preset, ...own } = fields;
    return { ...(preset === undefined ? below : PRESETS[preset]), ...own };
  }, PRESETS['zero-to-255']);
}

/** Makes mean, std and channel order fit the channels of the model. */
function toChannels({ ...fields }: PresetFields & PreprocessingFields, input: ImageInput, note: string): PresetFields {
  const { channels } = input;
  const order = channels === 1 ? 'grey' : fields.channelOrder;
  if (channels === 3 && order === 'grey') {
    const message = `${note} It says channelOrder "grey", but the model's input ${input.name} has 3 channels.`;
    throw new UserError('badPreprocessing', message);
  }
  const { fit, cropFraction, padValue, interpolation, scale, applyOrientation } = fields;
  const [mean, std] = [spread(fields.mean, channels), spread(fields.std, channels)];
  return { fit, cropFraction, padValue, interpolation, scale, applyOrientation, channelOrder: order, mean, std };
}

/** One value per channel: repeated for colour, averaged for grey. */
function spread(values: readonly number[], channels: 1 | 3): number[] {
  if (values.length === channels) {
    return [...values];
  }
  return channels === 3
    ? [values[0], values[0], values[0]]
    : [values.reduce((sum, value) => sum + value, 0) / values.length];
}

const DEFAULT_SIZE = 224;

/** The model's fixed size, which nobody may contradict; else what was written, bound, stored or assumed, in this order. */
function chooseSize(
  { inputShapes, boundInputs }: PreprocessingRequest,
  input: ImageInput,
  layers: readonly Layer[],
): { height: number; width: number } {
  const axes = input.layout === 'NCHW' ? { height: 2, width: 3 } : { height: 1, width: 2 };
  const choose = (side: 'height' | 'width'): number => {
    const written = layers.find(({ source, fields }) => source !== 'metadata' && fields[side] !== undefined);
    const fixed = input[side];
    if (fixed !== null && written !== undefined && written.fields[side] !== fixed) {
      const message = `${written.note} It says ${side} ${String(written.fields[side])}, but the model's input ${input.name} has ${side} ${fixed}.`;
      throw new UserError('badPreprocessing', message);
    }
    const bound = inputShapes?.[input.name]?.[axes[side]];
    const stored = layers.find(({ source }) => source === 'metadata')?.fields[side];
    const assumed = boundInputs?.get(input.name)?.[axes[side]];
    return fixed ?? written?.fields[side] ?? bound ?? stored ?? assumed ?? DEFAULT_SIZE;
  };
  return { height: choose('height'), width: choose('width') };
}
