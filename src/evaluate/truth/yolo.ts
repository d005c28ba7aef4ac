import { basename } from 'node:path';
import { UserError } from '../../userError';
import type { AnnotatedObject, Annotation } from './annotation';

/**
 * Objects of a YOLO label file, one per line, in shares of the image: `class x y width height` (centre and size), or
 * `class x y x y x y …` (corners). Throws UserError `badArgument` naming the line.
 */
export function parseYolo(content: string, file: string): Annotation {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  const objects = lines.flatMap((line, index) => (line === '' ? [] : [toObject(line, basename(file), index + 1)]));
  return { file, objects };
}

function toObject(line: string, file: string, number: number): AnnotatedObject {
  const [classIndex, ...numbers] = line.split(/\s+/).map(Number);
  const isBox = numbers.length === 4;
  const isPolygon = numbers.length >= 6 && numbers.length % 2 === 0;
  const isRelative = numbers.every((value) => value >= -0.01 && value <= 1.01);
  if (!Number.isInteger(classIndex) || classIndex < 0 || !(isBox || isPolygon) || !isRelative) {
    throw new UserError(
      'badArgument',
      `${file}, line ${number}: found "${line.slice(0, 60)}"; wanted "class x y width height" or "class x y x y x y …" with ` +
        'a class index from 0 and shares of the image, 0…1.',
    );
  }
  const base = { className: null, classIndex, isIgnored: false };
  if (!isBox) {
    return { ...base, outline: { kind: 'polygons', polygons: [numbers], box: null, relative: true } };
  }
  const [x, y, width, height] = numbers;
  const box = { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
  return { ...base, outline: { kind: 'box', box, relative: true } };
}
