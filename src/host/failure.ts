import type { Failure } from '../protocol/messages';
import type { ErrorCode } from '../userError';
import { UserError } from '../userError';

/** Codes after which the same request can succeed: a process that ended, a file that was missing or being written. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'fileNotFound',
  'truncated',
  'gitLfsPointer',
  'externalDataMissing',
  'inferenceFailed',
  'inferenceStopped',
  'fileChanged',
  'cancelled',
  'notTrusted',
]);

/** Where bugs are written down. */
export interface ErrorLog {
  error(message: string): void;
  warn(message: string): void;
}

/**
 * Words an error for the user. Expected failures keep their own sentence; an aborted request is `cancelled`;
 * anything else is a bug: the log gets its stack, the user a short line. `translate` is vscode.l10n.t.
 */
export function toFailure(error: unknown, log: ErrorLog, translate: (text: string) => string): Failure {
  if (error instanceof UserError) {
    if (error.code !== 'cancelled') {
      log.warn(`${error.code}: ${error.message}${describeCause(error)}`);
    }
    return { code: error.code, message: error.message, retry: RETRYABLE.has(error.code) };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'cancelled', message: translate('Cancelled.'), retry: true };
  }
  if (error instanceof Error && error.name.endsWith('(FileSystemError)')) {
    // VS Code's file system refused: a read-only folder, a full disk.
    log.warn(`${error.name}: ${error.message}`);
    return { code: 'fileSystem', message: error.message, retry: true };
  }
  log.error(error instanceof Error ? (error.stack ?? error.message) : `Thrown: ${String(error)}`);
  return {
    code: 'bug',
    message: translate('Something went wrong inside Headlight. The log has the details.'),
    retry: true,
  };
}

function describeCause(error: Error): string {
  return error.cause instanceof Error ? `\n  caused by ${error.cause.stack ?? error.cause.message}` : '';
}
