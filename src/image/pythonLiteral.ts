/**
 * Reads what Python's repr() writes for lists, dicts, strings and numbers: exporters store it in a model's metadata,
 * such as Ultralytics' names "{0: 'person', 1: 'child\'s bicycle'}". Undefined for anything else. Keys become strings.
 */
export function parsePythonLiteral(text: string): unknown {
  const reader = { text, position: 0, depth: 0 };
  try {
    const value = readValue(reader);
    skipBlanks(reader);
    return reader.position === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotALiteral) {
      return undefined;
    }
    throw error;
  }
}

class NotALiteral extends Error {}

interface Reader {
  readonly text: string;
  position: number;
  depth: number;
}

const DEEPEST = 20;
const WORDS: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};

function readValue(reader: Reader): unknown {
  skipBlanks(reader);
  const first = reader.text[reader.position];
  if (first === "'" || first === '"') {
    return readString(reader, first);
  }
  if (first === '[' || first === '(' || first === '{') {
    return readContainer(reader, first);
  }
  const pattern = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[A-Za-z]+/iy;
  pattern.lastIndex = reader.position;
  const word = pattern.exec(reader.text)?.[0];
  if (word === undefined) {
    throw new NotALiteral();
  }
  reader.position += word.length;
  if (/^[A-Za-z]/.test(word)) {
    if (!Object.hasOwn(WORDS, word)) throw new NotALiteral();
    return WORDS[word];
  }
  return Number(word);
}

function readContainer(reader: Reader, open: string): unknown {
  if (++reader.depth > DEEPEST) {
    throw new NotALiteral();
  }
  reader.position++;
  const close = open === '[' ? ']' : open === '(' ? ')' : '}';
  const items: unknown[] = [];
  const entries: [string, unknown][] = [];
  while (!take(reader, close)) {
    const item = readValue(reader);
    if (open !== '{') {
      items.push(item);
    } else if (take(reader, ':')) {
      entries.push([String(item), readValue(reader)]);
    } else {
      throw new NotALiteral();
    }
    if (!take(reader, ',') && reader.text[reader.position] !== close) {
      throw new NotALiteral();
    }
  }
  reader.depth--;
  return open === '{' ? Object.fromEntries(entries) : items;
}

function readString(reader: Reader, quote: string): string {
  let value = '';
  for (reader.position++; reader.position < reader.text.length; reader.position++) {
    const character = reader.text[reader.position];
    if (character === quote) {
      reader.position++;
      return value;
    }
    if (character === '\\') {
      const next = reader.text[++reader.position] ?? '';
      value += next === 'n' ? '\n' : next === 't' ? '\t' : next;
    } else {
      value += character;
    }
  }
  throw new NotALiteral();
}

function take(reader: Reader, character: string): boolean {
  skipBlanks(reader);
  if (reader.text[reader.position] !== character) {
    return false;
  }
  reader.position++;
  return true;
}

function skipBlanks(reader: Reader): void {
  while (/\s/.test(reader.text[reader.position] ?? '')) {
    reader.position++;
  }
}
