import { UserError } from '../../userError';

export interface XmlElement {
  readonly name: string;
  /** Of the element itself, trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const MOST_DEPTH = 64;
const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE[^>[]*>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the part of XML that annotations are written in: elements and text. Attributes are passed over and entities of
 * one's own refused, so that nothing can be smuggled in; a whole parser would be larger than this and do more than is
 * safe with files from anywhere. Throws UserError `badArgument` naming the line.
 */
export function readXml(content: string, name: string): XmlElement {
  const text = content.replace(/^\uFEFF/, '');
  const root: OpenElement = { name: '', text: '', children: [] };
  const open: OpenElement[] = [root];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    const problem = token === null ? 'something that is no element' : apply(token, open);
    if (problem !== null) {
      const line = text.slice(0, at).split('\n').length;
      throw new UserError('badArgument', `${name} is not the XML of an annotation: line ${line} has ${problem}.`);
    }
  }
  const [element, ...others] = root.children;
  if (open.length > 1 || element === undefined || others.length > 0) {
    const found = open.length > 1 ? `<${open[open.length - 1].name}> is not closed` : 'it has not one root element';
    throw new UserError('badArgument', `${name} is not the XML of an annotation: ${found}.`);
  }
  return element;
}

/** What is wrong with a token where it stands; null when nothing is. */
function apply([, literal, closed, opened, isEmpty, text]: RegExpExecArray, open: OpenElement[]): string | null {
  const current = open[open.length - 1];
  if (opened !== undefined) {
    const element: OpenElement = { name: opened, text: '', children: [] };
    current.children.push(element);
    if (isEmpty === '') {
      open.push(element);
    }
    return open.length > MOST_DEPTH ? 'elements within each other too deeply' : null;
  }
  if (closed !== undefined) {
    open.pop();
    current.text = current.text.trim();
    return closed === current.name ? null : `</${closed}> where <${current.name}> is open`;
  }
  if (literal !== undefined || text !== undefined) {
    const plain = literal ?? decode(text);
    if (plain === null) {
      return 'an unknown entity';
    }
    current.text += plain;
    return open.length === 1 && plain.trim() !== '' ? 'text outside of the root element' : null;
  }
  return null;
}

function decode(text: string): string | null {
  let isKnown = true;
  const plain = text.replace(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (_, decimal?: string, hex?: string, named?: string) => {
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      const found = named === undefined ? (code <= 0x10ffff ? String.fromCodePoint(code) : undefined) : ENTITIES[named];
      isKnown &&= found !== undefined;
      return found ?? '';
    },
  );
  return isKnown ? plain : null;
}

export function findChildren({ children }: XmlElement, name: string): readonly XmlElement[] {
  return children.filter((child) => child.name === name);
}
