import { constants, deflateRawSync } from 'node:zlib';
import type { ToWebview } from '../protocol/messages';
import type { ModelReport } from '../protocol/modelReport';
import type { PackedMessage } from '../protocol/packedMessage';

const packed = new WeakMap<ModelReport, Uint8Array>();

/**
 * A report as bytes. It may have a million values; on the way VS Code writes, reads and copies objects in every process,
 * but hands bytes on as they are. Names and fields repeat: what is sent is a tenth as long, and quickest deflation takes
 * less time than sending the rest would, also where VS Code's two halves share a machine. Done once for a report.
 */
function packReport(report: ModelReport): Uint8Array {
  let bytes = packed.get(report);
  if (bytes === undefined) {
    const { buffer, byteOffset, length } = deflateRawSync(JSON.stringify(report), { level: constants.Z_BEST_SPEED });
    // VS Code recognises no Buffer as bytes.
    bytes = new Uint8Array(buffer, byteOffset, length);
    packed.set(report, bytes);
  }
  return bytes;
}

/** What to post for a message. */
export function packMessage(message: ToWebview): ToWebview | PackedMessage {
  if (message.kind !== 'event' || message.event.type !== 'modelLoaded') {
    return message;
  }
  const { report, ...event } = message.event;
  return { kind: 'packed', event, report: packReport(report) };
}
