import type { WireReader } from './wireReader';

/** StringStringEntryProto: key = 1, value = 2. A value longer than the text limit is left out. */
export function parseStringPair(reader: WireReader, target: Map<string, string>): void {
  let key = '';
  let value: string | null = '';
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x0a) {
      key = reader.readName();
    } else if (tag === 0x12) {
      value = reader.readText();
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outer);
  if (value !== null) {
    target.set(key, value);
  }
}
