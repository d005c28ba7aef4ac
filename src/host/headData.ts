import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../userError';
import type { HeadData } from '../protocol/headWork';
import type { ModelSettings } from '../protocol/messages';
import type { Preprocessing } from '../protocol/preprocessing';
import type { ModelDocument } from './modelDocument';

/** Asks for a folder or a CSV file of images; null when dismissed. */
export async function pickHeadData(model: vscode.Uri, kind: 'folder' | 'csv'): Promise<HeadData | null> {
  const isFolder = kind === 'folder';
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: !isFolder,
    canSelectFolders: isFolder,
    defaultUri: vscode.Uri.joinPath(model, '..'),
    openLabel: vscode.l10n.t('Use These Images'),
    ...(isFolder ? {} : { filters: { CSV: ['csv'] } }),
  });
  const uri = chosen?.[0];
  return uri === undefined ? null : { path: uri.fsPath, name: vscode.workspace.asRelativePath(uri) };
}

/** How images are read for a head, and what of it is sure enough to be written into another model. */
export interface HeadSettings {
  /** null: all images are ready tensors. */
  readonly preprocessing: Preprocessing | null;
  /** null where it is a guess. */
  readonly sure: Preprocessing | null;
  readonly labels: readonly string[] | null;
  /** null where they are a guess. */
  readonly ownLabels: readonly string[] | null;
}

/** Throws UserError `badPreprocessing` when a picture is among the images and nothing says how it is read. */
export async function readHeadSettings(document: ModelDocument, images: readonly string[]): Promise<HeadSettings> {
  const { isInputTensor } = await import('../image/inputTensor');
  let settings: ModelSettings;
  try {
    settings = await document.settings();
  } catch (error) {
    if (error instanceof UserError && error.code === 'badPreprocessing' && images.every(isInputTensor)) {
      return { preprocessing: null, sure: null, labels: null, ownLabels: null };
    }
    throw error;
  }
  const { preprocessing, preprocessingSource, labels, labelsSource } = settings;
  return {
    preprocessing,
    sure: preprocessingSource === 'default' ? null : preprocessing,
    labels,
    ownLabels: labelsSource === 'builtin' ? null : labels,
  };
}

/** `model.onnx` → `model.gap.onnx`, in the dialog for saving. */
export function nameWithHead(model: vscode.Uri, addition: string): string {
  return `${basename(model.path, '.onnx')}.${addition}.onnx`;
}
