import type { Model } from '../graph/model';
import type { Preprocessing } from '../protocol/preprocessing';
import { checkPreprocessingFields, type PreprocessingFields } from './preprocessingFields';
import { parsePythonLiteral } from './pythonLiteral';
import { parseJson } from './sidecar';

export interface Finding {
  readonly fields: PreprocessingFields;
  /** A sentence for the user: where it was found. */
  readonly note: string;
}

/** What the model's own metadata entries say about its input, in the spellings of common exporters; null when nothing. */
export function readMetadataPreprocessing(model: Model): Finding | null {
  return readOwn(model) ?? readUltralytics(model) ?? readTimm(model) ?? readImageMetadata(model);
}

function readOwn({ metadata }: Model): Finding | null {
  const key = 'headlight.preprocessing';
  const text = metadata.get(key);
  if (text === undefined) {
    return null;
  }
  const where = `The model's metadata ${key}`;
  return {
    fields: checkPreprocessingFields(parseJson(text, where, 'badPreprocessing'), where),
    note: `Stored in the model's metadata (${key}).`,
  };
}

/** Ultralytics writes `task`, `imgsz` ([height, width]) and `names`; all its models take RGB in 0…1. */
function readUltralytics({ metadata }: Model): Finding | null {
  if (
    metadata.get('author') !== 'Ultralytics' &&
    !(metadata.has('stride') && metadata.has('names') && metadata.has('imgsz'))
  ) {
    return null;
  }
  const imageSize = toNumbers(metadata.get('imgsz'));
  const size = imageSize.length > 0 ? { height: imageSize[0], width: imageSize[1] ?? imageSize[0] } : {};
  const fields: PreprocessingFields =
    metadata.get('task') === 'classify'
      ? { preset: 'zero-to-one', fit: 'shorterSide', cropFraction: 1 }
      : { preset: 'zero-to-one', fit: 'letterbox', padValue: 114, interpolation: 'opencv-bilinear' };
  return {
    fields: { ...fields, ...size },
    note: `As Ultralytics' ${metadata.get('task') ?? ''} models expect, from the model's metadata.`,
  };
}

/** timm's pretrained_cfg, whole as JSON or entry by entry. Its resize rounds down: 224 at crop_pct 0.9 is 248. */
function readTimm({ metadata }: Model): Finding | null {
  const stored = parsePythonLiteral(metadata.get('pretrained_cfg') ?? '');
  const config = isRecord(stored) ? stored : Object.fromEntries(metadata);
  const [mean, std, sizes] = ['mean', 'std', 'input_size'].map((key) => toNumbers(config[key]));
  if (![1, 3].includes(mean.length) || mean.length !== std.length || std.includes(0)) {
    return null;
  }
  const [, height, width] = sizes.length === 3 ? sizes : [];
  const [cropShare] = toNumbers(config['crop_pct']);
  const side = Math.min(height ?? 224, width ?? 224);
  const interpolation = ['nearest', 'bilinear', 'bicubic', 'lanczos'].find((name) => name === config['interpolation']);
  return {
    fields: {
      preset: 'imagenet-torch',
      mean,
      std,
      ...(height !== undefined && width !== undefined ? { height, width } : {}),
      ...(cropShare > 0 && cropShare <= 1 ? { cropFraction: side / Math.floor(side / cropShare) } : {}),
      ...(interpolation === undefined
        ? {}
        : { interpolation: `pil-${interpolation}` as Preprocessing['interpolation'] }),
    },
    note: "From mean and std in the model's metadata.",
  };
}

/** The ONNX standard's image metadata (docs/MetadataProps.md of the specification). */
function readImageMetadata({ metadata }: Model): Finding | null {
  const format = metadata.get('Image.BitmapPixelFormat');
  const range = metadata.get('Image.NominalPixelRange');
  if (format === undefined && range === undefined) {
    return null;
  }
  const channelOrder = format?.startsWith('Bgr') ? 'BGR' : format?.startsWith('Gray') ? 'grey' : 'RGB';
  const preset = range === 'Normalized_0_1' ? 'zero-to-one' : range === 'Normalized_1_1' ? 'tensorflow' : 'zero-to-255';
  const note = `From the model's metadata (${[format, range].filter((entry) => entry !== undefined).join(', ')}).`;
  return { fields: { preset, fit: 'stretch', interpolation: 'pil-bilinear', channelOrder }, note };
}

function toNumbers(value: unknown): readonly number[] {
  const parsed = typeof value === 'string' ? parsePythonLiteral(value) : value;
  const numbers: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return numbers.every((entry): entry is number => typeof entry === 'number' && Number.isFinite(entry)) ? numbers : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
