/**
 * The bytes are not what the format demands. Internal to this folder: `readModel` knows the file's name and what the
 * file may be instead, and turns this into a UserError.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  constructor(
    /** 'damaged': bytes that no protobuf writer produces. 'truncated': a length that leads beyond what is there. */
    readonly kind: 'damaged' | 'truncated' | 'tooDeep' | 'tooLarge',
    /** What was found, to complete the sentence "… : DETAIL". */
    readonly detail: string,
    /** Position in the file in bytes, null when it does not matter. */
    readonly offset: number | null,
  ) {
    super(detail);
  }
}
