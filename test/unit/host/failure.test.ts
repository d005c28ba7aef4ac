import { describe, expect, it } from 'vitest';
import { toFailure } from '../../../src/host/failure';
import { UserError } from '../../../src/userError';

function createLog() {
  const lines: string[] = [];
  return {
    lines,
    error: (text: string) => lines.push(`error ${text}`),
    warn: (text: string) => lines.push(`warn ${text}`),
  };
}

describe('toFailure', () => {
  it('keeps the sentence of an expected failure and says whether a retry can help', () => {
    const log = createLog();
    const stopped = toFailure(new UserError('inferenceStopped', 'The process ended with SIGKILL.'), log, String);
    expect(stopped).toEqual({ code: 'inferenceStopped', message: 'The process ended with SIGKILL.', retry: true });
    expect(toFailure(new UserError('notOnnx', 'a.onnx is a picture.'), log, String).retry).toBe(false);
    expect(log.lines).toEqual([
      'warn inferenceStopped: The process ended with SIGKILL.',
      'warn notOnnx: a.onnx is a picture.',
    ]);
  });

  it('logs the cause of an expected failure', () => {
    const log = createLog();
    toFailure(new UserError('inferenceFailed', 'It failed.', { cause: new Error('bad node') }), log, String);
    expect(log.lines[0]).toContain('caused by Error: bad node');
  });

  it('does not log what the user cancelled', () => {
    const log = createLog();
    const aborted = new AbortController();
    aborted.abort();
    expect(toFailure(aborted.signal.reason, log, String)).toMatchObject({ code: 'cancelled', retry: true });
    expect(toFailure(new UserError('cancelled', 'Cancelled.'), log, String).code).toBe('cancelled');
    expect(log.lines).toEqual([]);
  });

  it('passes on what the file system refused', () => {
    const refused = Object.assign(new Error('/demo is read-only'), { name: 'NoPermissions (FileSystemError)' });
    expect(toFailure(refused, createLog(), String)).toEqual({
      code: 'fileSystem',
      message: '/demo is read-only',
      retry: true,
    });
  });

  it('logs a bug with its stack and shows a short line without it', () => {
    const log = createLog();
    const failure = toFailure(new TypeError('x is undefined'), log, String);
    expect(failure.code).toBe('bug');
    expect(failure.message).not.toContain('undefined');
    expect(log.lines[0]).toMatch(/^error TypeError: x is undefined\n\s+at /);
  });

  it('survives whatever is thrown', () => {
    const log = createLog();
    expect(toFailure('text', log, String).code).toBe('bug');
    expect(log.lines).toEqual(['error Thrown: text']);
  });
});
