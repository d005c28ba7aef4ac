/** Whether the operating system refused: a folder that is not there, a full disk. Its `code` says why, such as ENOENT. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
