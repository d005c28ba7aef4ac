import { basename } from 'node:path';
import { UserError } from '../../userError';
import type { PixelBox } from '../pixelBox';
import type { AnnotatedObject, Annotation } from './annotation';
import type { XmlElement } from './xmlElement';
import { findChildren, readXml } from './xmlElement';

/**
 * Objects of a Pascal VOC annotation (Everingham et al. 2010). Its pixels count from 1 and its corners belong to the box,
 * so xmin … xmax covers xmin − 1 … xmax in pixel edges. Difficult objects are neither right nor wrong.
 * Throws UserError `badArgument`.
 */
export function parsePascalVoc(content: string, file: string): Annotation {
  const root = readXml(content, basename(file));
  if (root.name !== 'annotation') {
    throw new UserError(
      'badArgument',
      `${basename(file)} begins with <${root.name}>; wanted Pascal VOC's <annotation>.`,
    );
  }
  return { file, objects: findChildren(root, 'object').map((object) => toObject(object, basename(file))) };
}

function toObject(object: XmlElement, file: string): AnnotatedObject {
  const [name] = findChildren(object, 'name');
  const [bounds] = findChildren(object, 'bndbox');
  if (name === undefined || bounds === undefined) {
    throw new UserError('badArgument', `${file}: an <object> has no <${name === undefined ? 'name' : 'bndbox'}>.`);
  }
  const isIgnored = findChildren(object, 'difficult').some(({ text }) => text === '1');
  const box = toBox(bounds, `${file}, ${name.text}`);
  return { className: name.text, classIndex: null, outline: { kind: 'box', box, relative: false }, isIgnored };
}

function toBox(bounds: XmlElement, where: string): PixelBox {
  const read = (name: string): number => {
    const [element] = findChildren(bounds, name);
    const value = Number(element?.text === '' ? NaN : element?.text);
    if (!Number.isFinite(value)) {
      throw new UserError('badArgument', `${where}: <${name}> is "${element?.text ?? ''}"; wanted a number of pixels.`);
    }
    return value;
  };
  return { left: read('xmin') - 1, top: read('ymin') - 1, right: read('xmax'), bottom: read('ymax') };
}
