/** Enough for the names of most models at once: an initializer is named by its reader long before it is stored. */
const SLOTS = 1 << 16;
const LONGEST = 128;

/**
 * Decodes UTF-8 names and hands out the same string for the same bytes. Most names occur several times (a node's output
 * is another node's input), and a look-up costs a third of a decode and no memory.
 */
export class NameCache {
  private readonly slots: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);

  decode(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) {
      return '';
    }
    if (length > LONGEST) {
      return bytes.toString('utf8', start, end);
    }
    let hash = length;
    for (let index = start; index < end; index++) {
      hash = (Math.imul(hash, 31) + bytes[index]) | 0;
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.slots[slot];
    if (known !== undefined && isSame(known, bytes, start, length)) {
      return known;
    }
    const name = bytes.toString('utf8', start, end);
    this.slots[slot] = name;
    return name;
  }
}

/** Only ASCII can match: other characters take several bytes, so that lengths or codes differ. */
function isSame(name: string, bytes: Buffer, start: number, length: number): boolean {
  if (name.length !== length) {
    return false;
  }
  for (let index = 0; index < length; index++) {
    if (name.charCodeAt(index) !== bytes[start + index] || bytes[start + index] > 0x7f) {
      return false;
    }
  }
  return true;
}
