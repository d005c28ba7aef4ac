import type { HostToWebview } from './messages';

type ModelLoaded = Extract<HostToWebview, { readonly type: 'modelLoaded' }>;

/** An event with its report as JSON in UTF-8, deflated (RFC 1951). */
export interface PackedMessage {
  readonly kind: 'packed';
  readonly event: Omit<ModelLoaded, 'report'>;
  readonly report: Uint8Array;
}
