/** The command line itself is wrong (exit code 2); the message says what was found and what was wanted. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
