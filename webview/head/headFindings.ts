import { RequestFailure } from '../../src/protocol/channel';
import type { HeadWeights, WeightRow } from '../../src/protocol/headWeights';
import type { HeadMeasurement, MeasuredHeadSize } from '../../src/protocol/measurement';
import type { Failure } from '../../src/protocol/messages';
import type { App } from '../app';

/** Something that the host is asked for when the user wants it. */
export type Asked<Value> =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly before: Value | null }
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly failure: Failure };

/** What was asked about the head that is shown. */
export interface HeadFindings {
  readonly measurement: Asked<HeadMeasurement>;
  readonly weights: Asked<HeadWeights>;
  readonly row: Asked<WeightRow & { readonly index: number }>;
}

const NOTHING: HeadFindings = { measurement: { status: 'none' }, weights: { status: 'none' }, row: { status: 'none' } };

/** The latest answer, also while a newer one is awaited; null before the first. */
export function getValue<Value>(asked: Asked<Value>): Value | null {
  return asked.status === 'done' ? asked.value : asked.status === 'running' ? asked.before : null;
}

/** Asks the host about one head, and keeps the answers until another head or model is shown. */
export class HeadInquiry {
  #findings = NOTHING;
  #round = 0;

  constructor(
    private readonly app: App,
    private readonly changed: () => void,
  ) {}

  get findings(): HeadFindings {
    return this.#findings;
  }

  /** Another head: answers under way are of no use. */
  clear(): void {
    this.#round += 1;
    this.#findings = NOTHING;
  }

  async measure(size: MeasuredHeadSize): Promise<void> {
    await this.#ask('measurement', () => this.app.channel.request('measureHeads', size));
  }

  async readWeights(head: number, layer: number | null): Promise<void> {
    this.#set({ row: { status: 'none' } });
    await this.#ask('weights', () => this.app.channel.request('headWeights', { head, layer }));
  }

  async readRow(head: number, layer: number | null, row: number): Promise<void> {
    await this.#ask('row', async () => ({
      ...(await this.app.channel.request('headWeightRow', { head, layer, row })),
      index: row,
    }));
  }

  #set(change: Partial<HeadFindings>): void {
    this.#findings = { ...this.#findings, ...change };
    this.changed();
  }

  /** Cancelling leaves what was there before. */
  async #ask<Name extends keyof HeadFindings>(
    name: Name,
    request: () => Promise<HeadFindings[Name] extends Asked<infer Value> ? Value : never>,
  ): Promise<void> {
    const round = this.#round;
    const before = this.#findings[name];
    this.#set({ [name]: { status: 'running', before: getValue<unknown>(before) } });
    let after: unknown;
    try {
      after = { status: 'done', value: await request() };
    } catch (error: unknown) {
      if (!(error instanceof RequestFailure)) {
        throw error;
      }
      const { failure } = error;
      after = failure.code === 'cancelled' ? before : { status: 'failed', failure };
    }
    if (round === this.#round) {
      this.#set({ [name]: after });
    }
  }
}
