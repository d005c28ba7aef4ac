/** A message as JSON in UTF-8, deflated (RFC 1951). */
export interface PackedMessage {
  readonly kind: 'packed';
  readonly deflated: Uint8Array;
}
