import type { BodyPath } from '../../src/protocol/layerBodies';
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
  /** Forgets all: another graph is shown, or the file changed. */
  clear(path: BodyPath): void;
}

const MOST_PAGES = 24;

export function createTensorPages(app: Pick<App, 'channel'>, changed: () => void): TensorPages {
  let pages = new Map<string, TensorPage>();
  let path: BodyPath = [];
  const request = async (key: string, name: string, offset: number, count: number): Promise<void> => {
    const asked = pages;
    asked.set(key, await answerOrMessage(app.channel.request('tensorValues', { path, name, offset, count })));
    changed();
  };
  return {
    clear(shown) {
      pages = new Map();
      path = shown;
    },
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
      const answer = await answerOrMessage(app.channel.request('saveTensor', { path, name }));
      return 'message' in answer ? answer.message : null;
    },
  };
}
