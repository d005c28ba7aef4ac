import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { UserError } from '../userError';
import {
  MEMORY_EXCEEDED,
  type InferenceRequest,
  type InferenceRequestName,
  type InferenceRequests,
  type ServerOptions,
  type ToClient,
} from './messages';

/** How a request is waited for. */
export interface Waiting {
  /** What is being done, for messages: "running net.onnx". */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  readonly timeLimitMs: number;
}

const KEPT_LINES = 8;

/** One child process. It answers one request at a time; stopping a request is stopping the process. */
export class InferenceProcess {
  readonly #child: ChildProcess;
  #isAlive = true;
  #lastId = 0;
  #stderr = '';
  #settle: ((message: ToClient | UserError) => void) | null = null;
  #doing = 'starting';

  constructor(serverPath: string, options: ServerOptions) {
    this.#child = fork(serverPath, [JSON.stringify(options)], {
      serialization: 'advanced',
      // Not the extension host's own flags (inspector, snapshot).
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      // Nothing of it may reach the command line's standard output.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-8192);
    });
    this.#child.on('message', (message: ToClient) => this.#settle?.(message));
    this.#child.on('error', (error) => this.#ended(`could not be started or reached (${error.message})`));
    this.#child.on('exit', () => (this.#isAlive = false));
    // 'close' comes after the last of stderr, which may say why.
    this.#child.on('close', (code, signal) =>
      this.#ended(signal === null ? `ended with exit code ${code ?? '?'}` : `was ended by ${signal}`),
    );
    this.#keepProgramAlive(false);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get pid(): number | null {
    return this.#isAlive ? (this.#child.pid ?? null) : null;
  }

  /** Rejects with UserError: what the server answers, `inferenceStopped` when the process ends, `cancelled` on abort. */
  async request<Name extends InferenceRequestName>(
    request: Extract<InferenceRequest, { name: Name }>,
    { doing, signal, timeLimitMs }: Waiting,
  ): Promise<InferenceRequests[Name]['result']> {
    if (signal?.aborted === true) {
      throw new UserError('cancelled', `Stopped before ${doing}.`);
    }
    const id = ++this.#lastId;
    this.#doing = doing;
    this.#keepProgramAlive(true);
    const stop = (error: UserError): void => {
      this.kill();
      this.#settle?.(error);
    };
    const cancel = (): void => stop(new UserError('cancelled', `Stopped ${doing}.`));
    const timer = setTimeout(() => stop(describeTimeout(doing, timeLimitMs)), timeLimitMs);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await new Promise<ToClient | UserError>((resolve) => {
        this.#settle = resolve;
        this.#child.send({ ...request, id }, (error) => {
          if (error !== null) this.#ended(`cannot be reached (${error.message})`);
        });
      });
      return unwrap(answer) as InferenceRequests[Name]['result'];
    } finally {
      this.#settle = null;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      this.#keepProgramAlive(false);
    }
  }

  kill(): void {
    this.#isAlive = false;
    this.#child.kill('SIGKILL');
  }

  /** Rejects the request under way, if there is one. */
  abandon(error: UserError): void {
    this.kill();
    this.#settle?.(error);
  }

  #ended(how: string): void {
    this.#isAlive = false;
    this.#settle?.(describeEnd(how, this.#doing, this.#stderr));
  }

  /** An idle inference process must not keep the command line from ending. */
  #keepProgramAlive(keep: boolean): void {
    const method = keep ? 'ref' : 'unref';
    this.#child[method]();
    this.#child.channel?.[method]();
    (this.#child.stderr as Socket | null)?.[method]();
  }
}

function unwrap(answer: ToClient | UserError): unknown {
  if (answer instanceof UserError) {
    throw answer;
  }
  if (answer.ok) {
    return answer.result;
  }
  if (answer.code === null) {
    throw new Error(`In the inference process: ${answer.message}`);
  }
  throw new UserError(answer.code, answer.message);
}

function describeTimeout(doing: string, timeLimitMs: number): UserError {
  const limit = `${Math.round(timeLimitMs / 100) / 10} s`;
  return new UserError(
    'inferenceStopped',
    `The inference process was stopped: ${doing} took longer than ${limit}. It starts anew on the next try.`,
  );
}

function describeEnd(how: string, doing: string, stderr: string): UserError {
  if (stderr.includes(MEMORY_EXCEEDED)) {
    const bytes = Number(/exceeded: (\d+) bytes/.exec(stderr)?.[1] ?? 0);
    return new UserError(
      'inferenceStopped',
      `The inference process was stopped while ${doing}: it took ${(bytes / 1e9).toFixed(1)} GB of memory, more than the limit. ` +
        'Close other models or use a smaller input; it starts anew on the next try.',
    );
  }
  // Of a stack trace only what was thrown matters here.
  const worthShowing = stderr.split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v/.test(line));
  const lines = worthShowing.slice(-KEPT_LINES).join('\n');
  const said = lines === '' ? '' : `\nIts last output:\n${lines}`;
  return new UserError(
    'inferenceStopped',
    `The inference process ${how} while ${doing}. It starts anew on the next try.${said}`,
  );
}
