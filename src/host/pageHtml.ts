/** Addresses of the page's files as the webview sees them, and what its policy needs. */
export interface PageSources {
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Unguessable, new for every page (base64url). */
  readonly nonce: string;
  /** BCP 47, as VS Code displays. */
  readonly language: string;
}

/**
 * The webview's document: no text from a model, no inline code. Workers are made from blobs of the extension's own
 * files (`connect-src`), because a webview may not start one from another origin.
 */
export function createPageHtml({ cspSource, scriptUri, styleUri, nonce, language }: PageSources): string {
  const policy = [
    `default-src 'none'`,
    `img-src ${cspSource} data: blob:`,
    `font-src ${cspSource}`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    `worker-src blob:`,
    `connect-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headlight</title>
<link rel="stylesheet" nonce="${nonce}" href="${styleUri}">
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}" src="${scriptUri}"></script>
</body>
</html>`;
}
