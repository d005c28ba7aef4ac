import * as vscode from 'vscode';

interface ListOptions {
  readonly title: string;
  readonly placeHolder?: string;
  readonly matchOnDescription?: boolean;
  readonly matchOnDetail?: boolean;
  /** Stays when something else takes the focus, as every question after the first does. */
  readonly ignoreFocusOut?: boolean;
}

interface TextOptions {
  readonly title: string;
  readonly placeHolder: string;
}

/**
 * Questions that follow each other. Each one's list stays until the next, or a file dialog, takes its place: a list
 * that closes gives the focus back to the editor, whose page may take it only when the next list is there, and VS Code
 * dismisses a list that loses the focus.
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
    { title, placeHolder, matchOnDescription = false, matchOnDetail = false, ignoreFocusOut = false }: ListOptions,
  ): vscode.QuickPick<Item> {
    const list = vscode.window.createQuickPick<Item>();
    return Object.assign(list, {
      items,
      title,
      placeholder: placeHolder,
      matchOnDescription,
      matchOnDetail,
      ignoreFocusOut,
    });
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
    const answered = this.#open;
    // Nothing that was answered is lost.
    input.ignoreFocusOut ||= answered !== null;
    this.#open = input;
    input.show();
    answered?.dispose();
    return answer;
  }
}
