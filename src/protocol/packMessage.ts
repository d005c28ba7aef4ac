import type { ToWebview } from './messages';

/** A message as JSON in UTF-8. */
export interface PackedMessage {
  readonly kind: 'packed';
  readonly json: Uint8Array;
}

/**
 * What to post for a message. A report may have a million values; on the way VS Code writes, reads and copies objects
 * in every process, but hands bytes on as they are.
 */
export function packMessage(message: ToWebview): ToWebview | PackedMessage {
  return message.kind === 'event' && message.event.type === 'modelLoaded'
    ? { kind: 'packed', json: new TextEncoder().encode(JSON.stringify(message)) }
    : message;
}

export function unpackMessage(message: ToWebview | PackedMessage): ToWebview {
  return message.kind === 'packed' ? (JSON.parse(new TextDecoder().decode(message.json)) as ToWebview) : message;
}
