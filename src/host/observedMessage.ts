import type * as vscode from 'vscode';
import type { ToHost, ToWebview } from '../protocol/messages';

/** A message that crossed between the host and a page, with the model it belongs to. */
export type ObservedMessage =
  | { readonly uri: vscode.Uri; readonly to: 'page'; readonly message: ToWebview }
  | { readonly uri: vscode.Uri; readonly to: 'host'; readonly message: ToHost };
