import type { HostToWebview, ViewName } from '../protocol/messages';

export type SendEvent = (event: HostToWebview) => void;

/**
 * Of a page: it is being made; it is, and has been sent its model already, which VS Code hands on when it listens; it has
 * said `ready`; it has the model and its images.
 */
type PageState = 'waiting' | 'sentAhead' | 'ready' | 'loaded';

/** The pages that show one model. Events go to those that said `ready`: before that they may be lost. */
export class Pages {
  readonly #pages = new Map<SendEvent, PageState>();
  #requested: HostToWebview | null = null;

  get count(): number {
    return this.#pages.size;
  }

  get ready(): readonly SendEvent[] {
    return [...this.#pages].filter(([, state]) => state === 'ready' || state === 'loaded').map(([send]) => send);
  }

  /** A page was made; call the result when it goes. */
  attach(send: SendEvent): () => void {
    this.#pages.set(send, 'waiting');
    return () => void this.#pages.delete(send);
  }

  isWaiting(send: SendEvent): boolean {
    return this.#pages.get(send) === 'waiting';
  }

  markSentAhead(send: SendEvent): void {
    this.#pages.set(send, 'sentAhead');
  }

  /** What pages that are being made were sent is outdated. */
  forgetSentAhead(): void {
    for (const [send, state] of this.#pages) {
      if (state === 'sentAhead') {
        this.#pages.set(send, 'waiting');
      }
    }
  }

  /** True: it was sent its model ahead. */
  markReady(send: SendEvent): boolean {
    const isSentAhead = this.#pages.get(send) === 'sentAhead';
    this.#pages.set(send, 'ready');
    return isSentAhead;
  }

  /** It has the model and its images. */
  markLoaded(send: SendEvent): void {
    this.#pages.set(send, 'loaded');
  }

  /** A hidden page is thrown away; it is built again, and says `ready` again, when it is shown. */
  markHidden(send: SendEvent): void {
    this.#pages.set(send, 'waiting');
  }

  send(event: HostToWebview): void {
    for (const send of this.ready) {
      send(event);
    }
  }

  /** Shows a view in every page, or in the first one once it has its model. */
  requestView(view: ViewName): void {
    this.request({ type: 'viewRequested', view });
  }

  /** Asks every page, or the first one once it has its model and its images. */
  request(event: HostToWebview): void {
    const loaded = [...this.#pages].filter(([, state]) => state === 'loaded');
    loaded.forEach(([send]) => send(event));
    this.#requested = loaded.length === 0 ? event : null;
  }

  /** What was asked for before any page was there, once. */
  takeRequest(): HostToWebview | null {
    const event = this.#requested;
    this.#requested = null;
    return event;
  }
}
