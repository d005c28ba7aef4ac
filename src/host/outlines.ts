import * as vscode from 'vscode';
import type { OutlineItem } from '../protocol/messages';
import type { ModelDocument } from './modelDocument';

/** What the outline shows: of the model whose editor was active last. */
export interface ShownOutline {
  readonly document: ModelDocument;
  readonly items: readonly OutlineItem[];
  readonly selected: string | null;
}

interface Outline {
  items: readonly OutlineItem[];
  selected: string | null;
}

/** Outlines of the open models, as their pages tell them. */
export class Outlines {
  readonly #outlines = new Map<ModelDocument, Outline>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #selected = new vscode.EventEmitter<string | null>();
  #shown: ModelDocument | null = null;
  /** Another model, or the same read again. */
  readonly onDidChange = this.#changed.event;
  /** Another item in the graph of the model that is shown. */
  readonly onDidSelect = this.#selected.event;

  get shown(): ShownOutline | null {
    const outline = this.#shown === null ? undefined : this.#outlines.get(this.#shown);
    return this.#shown === null || outline === undefined ? null : { document: this.#shown, ...outline };
  }

  set(document: ModelDocument, items: readonly OutlineItem[]): void {
    this.#outlines.set(document, { items, selected: this.#outlines.get(document)?.selected ?? null });
    if (document === this.#shown) {
      this.#changed.fire();
    }
  }

  select(document: ModelDocument, item: string | null): void {
    const outline = this.#outlines.get(document);
    if (outline === undefined) {
      return;
    }
    outline.selected = item;
    if (document === this.#shown) {
      this.#selected.fire(item);
    }
  }

  show(document: ModelDocument): void {
    if (document !== this.#shown) {
      this.#shown = document;
      this.#changed.fire();
    }
  }

  forget(document: ModelDocument): void {
    this.#outlines.delete(document);
    if (document === this.#shown) {
      this.#shown = null;
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.#changed.dispose();
    this.#selected.dispose();
  }
}
