import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { RequestFailure } from '../../src/protocol/channel';
import type { App } from '../app';
import { toCsv, toFileName, toJson, toMethodId, toNpy } from './mapExport';
import type { ExportedMap } from './mapExport';
import { composeMap, composePicture, toBlob, toPng } from './pictureExport';

interface ExportAction {
  readonly verb: 'Save' | 'Copy';
  readonly label: string;
  readonly title: string;
  /** Returns what to tell the user. */
  run(exported: ExportedMap, app: App): Promise<string>;
}

const ACTIONS: readonly ExportAction[] = [
  {
    verb: 'Save',
    label: 'Picture',
    title: 'PNG: picture, map, caption and colour scale',
    run: async (map, app) => save(app, toFileName(map, 'overlay', 'png'), await toPng(composePicture(map))),
  },
  {
    verb: 'Save',
    label: 'Map Only',
    title: 'PNG: the coloured map alone, transparent elsewhere',
    run: async (map, app) => save(app, toFileName(map, 'map', 'png'), await toPng(composeMap(map))),
  },
  {
    verb: 'Save',
    label: '.npy',
    title: 'The numbers for NumPy: float32 [height, width], before any display',
    run: (map, app) => save(app, toFileName(map, toMethodId(map.shown), 'npy'), toNpy(map)),
  },
  {
    verb: 'Save',
    label: 'JSON',
    title: 'The map and how it was made; of an exact one, its certificate and the whole ledger',
    run: (map, app) => save(app, toFileName(map, toMethodId(map.shown), 'json'), toBytes(toJson(map))),
  },
  {
    verb: 'Save',
    label: 'CSV',
    title: 'The map as rows of numbers',
    run: (map, app) => save(app, toFileName(map, toMethodId(map.shown), 'csv'), toBytes(toCsv(map))),
  },
  {
    verb: 'Copy',
    label: 'Picture',
    title: 'Picture, map, caption and colour scale to the clipboard',
    run: copyPicture,
  },
  {
    verb: 'Copy',
    label: 'JSON',
    title: 'The map and how it was made, as text',
    async run(map, app) {
      await app.channel.request('copyText', { text: toJson(map) });
      return 'Copied';
    },
  },
];

/** Buttons that take the map out of the editor; `report` says what became of it. */
export function exportBar(exported: ExportedMap, app: App, report: (message: string) => void): TemplateResult {
  const run = async (action: ExportAction): Promise<void> => {
    report(action.verb === 'Save' ? 'Saving…' : 'Copying…');
    try {
      report(await action.run(exported, app));
    } catch (error: unknown) {
      report(
        error instanceof RequestFailure
          ? error.failure.message
          : `${action.verb} ${action.label} failed: ${String(error)}`,
      );
    }
  };
  const group = (verb: ExportAction['verb']): TemplateResult =>
    html`<div class="cam-export-group" role="group" aria-label=${verb}>
      <span class="cam-quiet">${verb}</span>${ACTIONS.filter((action) => action.verb === verb).map(button)}
    </div>`;
  const button = (action: ExportAction): TemplateResult =>
    html`<button
      class="cam-button cam-secondary"
      aria-label="${action.verb} ${action.label}"
      title=${action.title}
      @click=${() => void run(action)}
    >
      ${action.label}
    </button>`;
  return html`<div class="cam-exports">${group('Save')}${group('Copy')}</div>`;
}

async function save(app: App, name: string, bytes: Uint8Array): Promise<string> {
  const { path } = await app.channel.request('saveFile', { name, bytes });
  return path === null ? '' : `Saved ${path}`;
}

async function copyPicture(exported: ExportedMap): Promise<string> {
  try {
    const picture = toBlob(composePicture(exported));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    return 'Copied';
  } catch {
    // Some hosts (a browser without permission) keep pages from the clipboard.
    return 'This window does not let a page copy pictures: use Save.';
  }
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
