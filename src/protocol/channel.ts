import type { Dialogue, Failure, ModelDialogue, NameOf, ParamsOf, ResultOf, ToHost, ToWebview } from './messages';

/** Thrown in the page when the host answers a request with a failure. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export interface PageChannel<D extends Dialogue = ModelDialogue> {
  send(event: D['toHost']): void;
  /** Rejects with RequestFailure; aborting the signal tells the host to stop (the host then answers with code `cancelled`). */
  request<Name extends NameOf<D>>(
    name: Name,
    params: ParamsOf<D, Name>,
    signal?: AbortSignal,
  ): Promise<ResultOf<D, Name>>;
}

/** The page's end. `post` is acquireVsCodeApi().postMessage; feed every message event's data to the returned `receive`. */
export function createPageChannel<D extends Dialogue = ModelDialogue>(
  post: (message: ToHost<D>) => void,
  onEvent: (event: D['toPage']) => void,
): PageChannel<D> & { receive(message: ToWebview<D>): void } {
  let nextId = 1;
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  return {
    send: (event) => post({ kind: 'event', event }),
    request<Name extends NameOf<D>>(name: Name, params: ParamsOf<D, Name>, signal?: AbortSignal) {
      const id = nextId++;
      return new Promise<ResultOf<D, Name>>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        signal?.addEventListener('abort', () => waiting.has(id) && post({ kind: 'cancel', id }), { once: true });
        post({ kind: 'request', id, name, params });
      });
    },
    receive(message) {
      if (message.kind === 'event') {
        onEvent(message.event);
        return;
      }
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'answer') {
        request?.resolve(message.result);
      } else {
        request?.reject(new RequestFailure(message.failure));
      }
    },
  };
}

export type RequestHandlers<D extends Dialogue = ModelDialogue> = {
  readonly [Name in NameOf<D>]: (params: ParamsOf<D, Name>, signal: AbortSignal) => Promise<ResultOf<D, Name>>;
};

/** The host's end: answers every request, also when its handler throws. `toFailure` words an error for the user. */
export function createHostChannel<D extends Dialogue = ModelDialogue>(
  post: (message: ToWebview<D>) => void,
  onEvent: (event: D['toHost']) => void,
  handlers: RequestHandlers<D>,
  toFailure: (error: unknown) => Failure,
): { send(event: D['toPage']): void; receive(message: ToHost<D>): Promise<void>; dispose(): void } {
  const running = new Map<number, AbortController>();
  return {
    send: (event) => post({ kind: 'event', event }),
    async receive(message) {
      if (message.kind === 'event') {
        onEvent(message.event);
        return;
      }
      if (message.kind === 'cancel') {
        running.get(message.id)?.abort();
        return;
      }
      const controller = new AbortController();
      running.set(message.id, controller);
      try {
        const handler = handlers[message.name] as (params: unknown, signal: AbortSignal) => Promise<unknown>;
        post({ kind: 'answer', id: message.id, result: await handler(message.params, controller.signal) });
      } catch (error) {
        post({ kind: 'failure', id: message.id, failure: toFailure(error) });
      } finally {
        running.delete(message.id);
      }
    },
    dispose() {
      for (const controller of running.values()) {
        controller.abort();
      }
    },
  };
}
