import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isImageName } from '../image/imageExtensions';
import type { ImageItem } from '../protocol/messages';

export function isImage(uri: vscode.Uri): boolean {
  return isImageName(uri.path);
}

/** The images of one model, in the order they were added. An image's id is its path. */
export class ImageList {
  readonly #items = new Map<string, ImageItem>();

  get items(): readonly ImageItem[] {
    return [...this.#items.values()];
  }

  has(id: string): boolean {
    return this.#items.has(id);
  }

  /** False when it was not in the list (any more). */
  remove(id: string): boolean {
    return this.#items.delete(id);
  }

  /** Items for the files of these addresses, whether new or known; anything that is not an image file is left out. */
  add(uris: readonly vscode.Uri[]): ImageItem[] {
    return uris.filter(isImage).map((uri) => {
      const item: ImageItem = {
        id: uri.fsPath,
        name: basename(uri.fsPath),
        path: vscode.workspace.asRelativePath(uri),
      };
      this.#items.set(item.id, item);
      return item;
    });
  }
}

/**
 * The file a dropped address means. A page names files of the machine the workspace is on as `vscode-remote:`;
 * this code runs on that machine, so the path alone counts.
 */
export function toLocalFile(address: string): vscode.Uri | null {
  try {
    const uri = vscode.Uri.parse(address, true);
    return uri.scheme === 'file' || uri.scheme === 'vscode-remote' ? vscode.Uri.file(uri.path) : null;
  } catch {
    // Dropped text that is no address at all: nothing to add.
    return null;
  }
}
