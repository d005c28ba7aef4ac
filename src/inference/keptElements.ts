import type { Feed, TensorElements, TensorValue } from './messages';

/** A tensor that a model is fed. */
export interface ClientFeed extends TensorValue {
  /** The same array will be fed again and never changes: it crosses to the process once, until another such one does. */
  readonly isReused?: boolean;
}

/** What is sent of a run's feeds. */
interface SentFeeds {
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly keeps: string | null;
}

/** Which array a process has kept, so that it need not be sent again. A new process has kept none. */
export class KeptElements {
  #holder: object | null = null;
  #elements: TensorElements | null = null;

  /** `holder`: the process that has them now, in place of those it had before. */
  set(holder: object, elements: TensorElements): void {
    this.#holder = holder;
    this.#elements = elements;
  }

  /** Sends a run's feeds without what the process has. After a failure nobody knows what it has. */
  async send<Result>(
    holder: object,
    feeds: Readonly<Record<string, ClientFeed>>,
    send: (sent: SentFeeds) => Promise<Result>,
  ): Promise<Result> {
    const isKept = ({ data }: ClientFeed): boolean => this.#holder === holder && this.#elements === data;
    const sent = Object.entries(feeds).map(([name, { elementType, dims, data, isReused = false }]) => {
      const feed: Feed =
        isReused && isKept(feeds[name]) ? { elementType, dims, kept: true } : { elementType, dims, data };
      return [name, feed] as const;
    });
    const keeps = Object.keys(feeds).find((name) => feeds[name].isReused === true && !isKept(feeds[name])) ?? null;
    if (keeps !== null) {
      this.#elements = null;
    }
    const result = await send({ feeds: Object.fromEntries(sent), keeps });
    if (keeps !== null) {
      this.set(holder, feeds[keeps].data);
    }
    return result;
  }
}
