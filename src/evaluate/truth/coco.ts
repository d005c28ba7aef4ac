import { basename } from 'node:path';
import { UserError } from '../../userError';
import type { AnnotatedObject, Annotation, Outline } from './annotation';
import { decodeRunLengths } from './runLengths';
import { toMessage } from '../../protocol/errorMessage';

type Fields = Readonly<Record<string, unknown>>;

export interface CocoFile {
  /** By `file_name` as written, which may hold folders. */
  readonly annotations: ReadonlyMap<string, Annotation>;
  /** Names of the categories in the order of their ids. */
  readonly categories: readonly string[];
}

/**
 * A COCO instances file (Lin et al. 2014; cocodataset.org, "Data format"): boxes, polygons, run-length masks. Crowds are
 * neither object nor background. Throws UserError `badArgument`.
 */
export function parseCoco(content: string, file: string): CocoFile {
  const name = basename(file);
  const root = parseJson(content, name);
  const [images, entries, categories] = ['images', 'annotations', 'categories'].map((key) => listOf(root, key, name));
  const sorted = [...categories].sort((one, other) => Number(one['id']) - Number(other['id']));
  const category = new Map(sorted.map(({ id, name: label }, index) => [id, { label: String(label), index }]));
  const objects = new Map<unknown, AnnotatedObject[]>(images.map(({ id }) => [id, []]));
  entries.forEach((entry, index) => {
    const where = `${name}, annotation ${index}`;
    const list = objects.get(entry['image_id']);
    const known = category.get(entry['category_id']);
    if (list === undefined || known === undefined) {
      const [field, from] = list === undefined ? ['image_id', 'images'] : ['category_id', 'categories'];
      throw new UserError('badArgument', `${where}: ${field} ${String(entry[field])} is not among the ${from}.`);
    }
    list.push({
      className: known.label,
      classIndex: known.index,
      outline: toOutline(entry, where),
      isIgnored: entry['iscrowd'] === 1,
    });
  });
  const byFile = images.map(
    ({ id, file_name }) => [String(file_name), { file, objects: objects.get(id) ?? [] }] as const,
  );
  return { annotations: new Map(byFile), categories: sorted.map((each) => String(each['name'])) };
}

function parseJson(content: string, name: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = toMessage(error);
    throw new UserError('badArgument', `${name} is not valid JSON: ${reason}.`, { cause: error });
  }
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(root: Fields, key: string, name: string): readonly Fields[] {
  const value = root[key];
  if (!Array.isArray(value) || !value.every(isFields)) {
    throw new UserError(
      'badArgument',
      `${name} has no list "${key}"; wanted COCO's images, annotations and categories.`,
    );
  }
  return value;
}

function toOutline({ bbox, segmentation }: Fields, where: string): Outline {
  const box = isNumbers(bbox) && bbox.length === 4 ? toBox(bbox) : null;
  if (Array.isArray(segmentation) && segmentation.length > 0) {
    const polygons: unknown[] = segmentation;
    if (!polygons.every((each) => isNumbers(each) && each.length >= 6 && each.length % 2 === 0)) {
      throw new UserError('badArgument', `${where}: a polygon is not a list of x, y, x, y, x, y ….`);
    }
    return { kind: 'polygons', polygons: polygons as number[][], box, relative: false };
  }
  if (isFields(segmentation)) {
    return decodeRunLengths(segmentation['counts'], segmentation['size'], where);
  }
  if (box === null) {
    throw new UserError('badArgument', `${where} has neither "bbox" nor "segmentation".`);
  }
  return { kind: 'box', box, relative: false };
}

function toBox([left, top, width, height]: readonly number[]) {
  return { left, top, right: left + width, bottom: top + height };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number' && Number.isFinite(each));
}
