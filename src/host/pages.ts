import type { HostToWebview, ViewName } from '../protocol/messages';

export type SendEvent = (event: HostToWebview) => void;

/** The pages that show one model. Events go to those that said `ready`; before that nobody listens there. */
export class Pages {
  readonly #pages = new Map<SendEvent, 'waiting' | 'ready' | 'loaded'>();
  #requested: HostToWebview | null = null;

  get count(): number {
    return this.#pages.size;
  }

  get ready(): readonly SendEvent[] {
    return [...this.#pages].filter(([, state]) => state !== 'waiting').map(([send]) => send);
  }

  /** A page was made; call the result when it goes. */
  attach(send: SendEvent): () => void {
    this.#pages.set(send, 'waiting');
    return () => void this.#pages.delete(send);
  }

  markReady(send: SendEvent): void {
    this.#pages.set(send, 'ready');
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
