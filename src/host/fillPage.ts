import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { createPageHtml } from './pageHtml';

/** Loads one of the built pages (dist/NAME.js and .css), which may reach nothing but the extension's own files. */
export function fillPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  name: 'webview' | 'comparison' | 'evaluation',
): void {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  webview.options = {
    enableScripts: true,
    localResourceRoots: [dist, vscode.Uri.joinPath(extensionUri, 'media')],
  };
  webview.html = createPageHtml({
    cspSource: webview.cspSource,
    scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, `${name}.js`)).toString(),
    styleUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, `${name}.css`)).toString(),
    nonce: randomBytes(18).toString('base64url'),
    language: vscode.env.language,
  });
}
