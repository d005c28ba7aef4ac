import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of the content of files one after the other, 64 hexadecimal digits; read in pieces. */
export async function hashFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
    }
  }
  return hash.digest('hex');
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
