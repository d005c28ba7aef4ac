import { html, type TemplateResult } from 'lit/html.js';
import { answerOrMessage } from '../answerOrMessage';

interface Failure {
  readonly message: string;
}

/** What the host answered about parts of the graph that is shown, each asked for when somebody looks at it. */
export class Answers<Key, Answer extends object> {
  #entries = new Map<Key, Answer | Failure | 'loading'>();

  constructor(private readonly changed: () => void) {}

  /** Whether it was asked for, whatever came of it. */
  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  isLoading(key: Key): boolean {
    return this.#entries.get(key) === 'loading';
  }

  /** null while it is not known. */
  find(key: Key): Answer | null {
    const entry = this.#entries.get(key);
    return entry === undefined || entry === 'loading' || isFailure(entry) ? null : entry;
  }

  async ask(key: Key, request: () => Promise<Answer>): Promise<void> {
    const asked = this.#entries;
    asked.set(key, 'loading');
    this.changed();
    asked.set(key, await answerOrMessage(request()));
    this.changed();
  }

  /** Forgets all; what is still on its way is not heard. */
  clear(): void {
    this.#entries = new Map();
  }

  /** The answer, or what stands in its place until it is there; null where nothing was asked. */
  template(
    key: Key,
    show: (answer: Answer) => TemplateResult | null,
    askAgain: () => Promise<void>,
  ): TemplateResult | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      return null;
    }
    if (entry === 'loading') {
      return html`<p class="muted">Reading…</p>`;
    }
    return isFailure(entry)
      ? html`<p class="inline-error" role="alert">${entry.message}</p>
          <button class="text-button" @click=${() => void askAgain()}>Try Again</button>`
      : show(entry);
  }
}

function isFailure(entry: object): entry is Failure {
  return 'message' in entry;
}
