import { constants, deflateRawSync } from 'node:zlib';
import type { ToWebview } from '../protocol/messages';
import type { PackedMessage } from '../protocol/packedMessage';

/**
 * What to post for a message. A report may have a million values; on the way VS Code writes, reads and copies objects in
 * every process, but hands bytes on as they are. Names and fields repeat: what is sent is a tenth as long, and quickest
 * deflation takes less time than sending the rest would, also where VS Code's two halves share a machine.
 */
export function packMessage(message: ToWebview): ToWebview | PackedMessage {
  if (message.kind !== 'event' || message.event.type !== 'modelLoaded') {
    return message;
  }
  const { buffer, byteOffset, length } = deflateRawSync(JSON.stringify(message), { level: constants.Z_BEST_SPEED });
  // VS Code recognises no Buffer as bytes.
  return { kind: 'packed', deflated: new Uint8Array(buffer, byteOffset, length) };
}
