import type { TensorValues } from '../../src/protocol/messages';
import { answerOrMessage } from '../answerOrMessage';
import type { App } from '../app';

type TensorPage = TensorValues | 'loading' | { readonly message: string };

/** Parts of stored tensors, read from the file when they are looked at; the newest few are kept. */
export interface TensorPages {
  /** The elements from `offset` on; 'loading' the first time, then `changed` tells that they are there. */
  read(name: string, offset: number, count: number): TensorPage;
  /** Asks the host to save the whole tensor; what went wrong, or null. */
  save(name: string): Promise<string | null>;
  clear(): void;
}

const MOST_PAGES = 24;

export function createTensorPages(app: Pick<App, 'channel'>, changed: () => void): TensorPages {
  const pages = new Map<string, TensorPage>();
  const request = async (key: string, name: string, offset: number, count: number): Promise<void> => {
    pages.set(key, await answerOrMessage(app.channel.request('tensorValues', { name, offset, count })));
    changed();
  };
  return {
    clear: () => pages.clear(),
    read(name, offset, count) {
      const key = `${offset}+${count} ${name}`;
      const known = pages.get(key);
      if (known !== undefined) {
        return known;
      }
      for (const old of [...pages.keys()].slice(0, Math.max(0, pages.size - MOST_PAGES))) {
        pages.delete(old);
      }
      pages.set(key, 'loading');
      void request(key, name, offset, count);
      return 'loading';
    },
    async save(name) {
      const answer = await answerOrMessage(app.channel.request('saveTensor', { name }));
      return 'message' in answer ? answer.message : null;
    },
  };
}
