/** What went wrong, for programs; the sentence for people is the message. */
export type ErrorCode =
  | 'fileNotFound'
  | 'notOnnx'
  | 'truncated'
  | 'tooDeep'
  | 'tooLarge'
  | 'gitLfsPointer'
  | 'ortFormat'
  | 'externalDataMissing'
  | 'unsupportedTensor'
  | 'unreadableImage'
  | 'badPreprocessing'
  | 'badLabels'
  | 'badInputTensor'
  | 'badArgument'
  | 'cannotWrite'
  | 'noHead'
  | 'notExact'
  | 'notDifferentiable'
  | 'inferenceFailed'
  | 'inferenceStopped'
  | 'fileChanged'
  | 'notTrusted'
  | 'cancelled';

/**
 * An expected failure: its message names the file or thing, what was found, what was wanted, and what the user can do.
 * Anything else that is thrown is a bug.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
