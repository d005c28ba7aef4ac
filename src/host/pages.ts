import type { HostToWebview, ViewName } from '../protocol/messages';

export type SendEvent = (event: HostToWebview) => void;

/** The pages that show one model. Events go to those that said `ready`; before that nobody listens there. */
export class Pages {
  readonly #pages = new Map<SendEvent, 'waiting' | 'ready'>();
  #requestedView: ViewName | null = null;

  get count(): number {
    return this.#pages.size;
  }

  get ready(): readonly SendEvent[] {
    return [...this.#pages].filter(([, state]) => state === 'ready').map(([send]) => send);
  }

  /** A page was made; call the result when it goes. */
  attach(send: SendEvent): () => void {
    this.#pages.set(send, 'waiting');
    return () => void this.#pages.delete(send);
  }

  markReady(send: SendEvent): void {
    this.#pages.set(send, 'ready');
  }

  send(event: HostToWebview): void {
    for (const send of this.ready) {
      send(event);
    }
  }

  /** Shows a view in every page, or in the first one once it has its model. */
  requestView(view: ViewName): void {
    if (this.ready.length > 0) {
      this.send({ type: 'viewRequested', view });
    } else {
      this.#requestedView = view;
    }
  }

  /** The view asked for before any page was there, once. */
  takeRequestedView(): ViewName | null {
    const view = this.#requestedView;
    this.#requestedView = null;
    return view;
  }
}
