import * as vscode from 'vscode';

interface ListOptions {
  readonly title: string;
  readonly placeHolder?: string;
  readonly matchOnDescription?: boolean;
  readonly matchOnDetail?: boolean;
}

interface TextOptions {
  readonly title: string;
  readonly placeHolder: string;
}

/**
 * Questions that follow each other. They stay when something else takes the focus, until they are answered or dismissed:
 * the palette or list that closes before them gives the focus back to the editor, whose page may take it only when the
 * next list is there, and so may a page that is opening. For the same reason each one's list stays until the next, or a
 * file dialog, takes its place.
 */
export async function asking<Answer>(ask: (questions: Questions) => Promise<Answer>): Promise<Answer> {
  const questions = new Questions();
  try {
    return await ask(questions);
  } finally {
    questions.dispose();
  }
}

export class Questions implements vscode.Disposable {
  #open: vscode.QuickInput | null = null;

  /** One of the items; null when dismissed. */
  async pickOne<Item extends vscode.QuickPickItem>(items: readonly Item[], options: ListOptions): Promise<Item | null> {
    const list = this.#createList(items, options);
    return this.#ask(list, () => list.selectedItems[0] ?? null);
  }

  /** Any of the items, several or none; null when dismissed. */
  async pickMany<Item extends vscode.QuickPickItem>(
    items: readonly Item[],
    options: ListOptions,
  ): Promise<readonly Item[] | null> {
    const list = this.#createList(items, options);
    list.canSelectMany = true;
    return this.#ask(list, () => list.selectedItems);
  }

  /** A line of text; null when dismissed. */
  async askText({ title, placeHolder }: TextOptions): Promise<string | null> {
    const box = vscode.window.createInputBox();
    box.title = title;
    box.placeholder = placeHolder;
    return this.#ask(box, () => box.value);
  }

  dispose(): void {
    this.#open?.dispose();
    this.#open = null;
  }

  #createList<Item extends vscode.QuickPickItem>(
    items: readonly Item[],
    { title, placeHolder, matchOnDescription = false, matchOnDetail = false }: ListOptions,
  ): vscode.QuickPick<Item> {
    const list = vscode.window.createQuickPick<Item>();
    return Object.assign(list, { items, title, placeholder: placeHolder, matchOnDescription, matchOnDetail });
  }

  /** Null is no answer: the question stays. */
  async #ask<Answer>(
    input: vscode.QuickInput & { readonly onDidAccept: vscode.Event<void> },
    read: () => Answer | null,
  ): Promise<Answer | null> {
    const answer = new Promise<Answer | null>((resolve) => {
      input.onDidAccept(() => {
        const given = read();
        if (given !== null) {
          input.busy = true;
          resolve(given);
        }
      });
      input.onDidHide(() => resolve(null));
    });
    input.ignoreFocusOut = true;
    const answered = this.#open;
    this.#open = input;
    input.show();
    answered?.dispose();
    return answer;
  }
}
