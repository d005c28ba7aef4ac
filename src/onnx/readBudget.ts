import { UserError } from '../userError';
import type { Limits } from './limits';
import { FormatError } from './formatError';

const CHECK_EVERY = 256;
/** Below one frame: the editor stays responsive while a large file is read. */
const TURN_MS = 12;

/** What one read has used up, and when it must let others have a turn. One per `readModel`. */
export class ReadBudget {
  private nodes = 0;
  private tensors = 0;
  private items = 0;
  private steps = 0;
  private readonly startedMs = performance.now();
  private turnStartedMs = this.startedMs;

  constructor(
    readonly limits: Limits,
    private readonly signal?: AbortSignal,
  ) {}

  countNode(offset: number): void {
    this.nodes += 1;
    if (this.nodes > this.limits.nodes) {
      throw new FormatError('tooLarge', `more than ${this.limits.nodes} nodes`, offset);
    }
    this.step();
  }

  countTensor(offset: number): void {
    this.tensors += 1;
    if (this.tensors > this.limits.tensors) {
      throw new FormatError('tooLarge', `more than ${this.limits.tensors} stored tensors`, offset);
    }
    this.step();
  }

  countItem(offset: number): void {
    this.items += 1;
    if (this.items > this.limits.items) {
      throw new FormatError('tooLarge', `more than ${this.limits.items} names, dimensions and list elements`, offset);
    }
    if (this.items % CHECK_EVERY === 0) {
      this.step();
    }
  }

  /** True when it is time to `await takeTurn()`. */
  isTurnOver(): boolean {
    return performance.now() - this.turnStartedMs > TURN_MS;
  }

  async takeTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.turnStartedMs = performance.now();
    this.throwIfStopped();
  }

  throwIfStopped(): void {
    if (this.signal?.aborted === true) {
      throw new UserError('cancelled', 'Reading the model was cancelled.');
    }
    if (performance.now() - this.startedMs > this.limits.elapsedMs) {
      throw new FormatError('tooLarge', `reading took longer than ${this.limits.elapsedMs / 1000} s`, null);
    }
  }

  private step(): void {
    this.steps += 1;
    if (this.steps % CHECK_EVERY === 0) {
      this.throwIfStopped();
    }
  }
}
