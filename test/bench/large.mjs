// npm run bench -- large: how opening grows with nodes and with bytes of weights, beside Netron when it is installed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findNetron, openInHeadlight, openInNetron } from './programs.mjs';

/** @typedef {import('./figure').Figure} Figure @typedef {import('./largeModels').LargeModel} LargeModel */
/** @typedef {(values: readonly number[]) => number} Median */

/**
 * @typedef {object} Measured By one program on one model.
 * @property {number} pictureMs Median.
 * @property {number} bytes Of all renderer processes; NaN where the system does not tell.
 * @property {number} addedBytes Of those, what came with the model.
 * @property {number} frameMs While panning: median.
 * @property {number} worstFrameMs
 * @property {number | null} blockMs To open a block: median; null where that was not measured.
 */

/** @typedef {{ model: LargeModel, headlight: Measured, netron: Measured | null }} Row */

/** What is promised beside Netron, as ratios of one run: 10 times faster is 0.1. */
const promisedTimes = new Map([
  ['5000-nodes', 1 / 10],
  ['20000-nodes', 1 / 15],
  ['1000-MB-bytes', 1 / 10],
]);
const promisedMemory = new Map([['20000-nodes', 1 / 10]]);

/** @param {typeof import('./largeModels')} models @param {Median} median @returns {Promise<Figure[]>} */
export async function measureLarge({ forEachLargeModel, writeSmallModel }, median) {
  const netron = findNetron();
  console.log(netron ? `Beside Netron ${netron.version}, in the same Chromium, in turn.` : noNetron);
  console.log(
    'Times: medians of up to 3. Memory: VmRSS of the renderer processes after garbage collection, and what the model added.',
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'headlight-bench-'));
  /** @type {Row[]} */
  const rows = [];
  try {
    const small = writeSmallModel(folder);
    await forEachLargeModel(folder, async (model) => {
      const headlight = summarize(await openInHeadlight(model.file, small), median);
      // 10 GB beside the model could exhaust the machine.
      const isSkipped = netron === null || model.series === 'external';
      const other = isSkipped ? null : summarize(await openInNetron(netron.python, model.file, small), median);
      if (rows.length === 0) {
        printHeader(other !== null);
      }
      rows.push({ model, headlight, netron: other });
      printRow({ model, headlight, netron: other });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log();
  return [
    ...rows.flatMap(compareWithNetron),
    ...rows.flatMap(timeBlock),
    ...compareEnds(rows, 'nodes'),
    ...compareEnds(rows, 'bytes'),
  ];
}

const noNetron = 'Netron is not installed (pip install netron; another Python: NETRON_PYTHON): Headlight alone.';

/** @param {import('./programs.mjs').Openings & { blockMs?: number[] }} openings @param {Median} median @returns {Measured} */
function summarize({ drawnMs, bytes, baseBytes, frameMs, blockMs = [] }, median) {
  return {
    pictureMs: median(drawnMs),
    bytes: bytes ?? NaN,
    addedBytes: (bytes ?? NaN) - (baseBytes ?? NaN),
    frameMs: median(frameMs),
    worstFrameMs: Math.max(...frameMs),
    blockMs: blockMs.length === 0 ? null : median(blockMs),
  };
}

/** @param {boolean} isComparison */
function printHeader(isComparison) {
  const columns = ['picture ms', 'memory MB', 'added MB', 'frame ms', 'worst ms'];
  const names = ['Headlight', ...columns.slice(1).map(() => '')];
  printCells('', ['', '', ...names, ...(isComparison ? ['Netron'] : [])]);
  printCells('model', ['nodes', 'weights MB', ...columns, ...(isComparison ? [...columns, 'ratio'] : [])]);
}

/** @param {Row} row */
function printRow({ model, headlight, netron }) {
  /** @param {Measured} measured */
  const cells = ({ pictureMs, bytes, addedBytes, frameMs, worstFrameMs }) => [
    pictureMs.toFixed(0),
    toMegabytes(bytes),
    toMegabytes(addedBytes),
    frameMs.toFixed(1),
    worstFrameMs.toFixed(0),
  ];
  const beside = netron ? [...cells(netron), `${(netron.pictureMs / headlight.pictureMs).toFixed(1)} ×`] : [];
  printCells(model.name, [String(model.nodes), toMegabytes(model.weightBytes), ...cells(headlight), ...beside]);
}

/** @param {string} name @param {string[]} cells */
function printCells(name, cells) {
  console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(11)).join(''));
}

/** @param {number} bytes */
const toMegabytes = (bytes) => (bytes / 1e6).toFixed(0);

/** @param {Row} row @returns {Figure[]} */
function compareWithNetron({ model, headlight, netron }) {
  if (netron === null) {
    return [];
  }
  const time = promisedTimes.get(model.name);
  const memory = promisedMemory.get(model.name);
  return [
    {
      name: `${model.name}: time to the picture / Netron's`,
      value: headlight.pictureMs / netron.pictureMs,
      unit: '×',
      note: `${headlight.pictureMs.toFixed(0)} ms, Netron ${netron.pictureMs.toFixed(0)} ms`,
      ...(time ? { limit: time } : {}),
    },
    {
      name: "  memory that the model adds / that of Netron's page",
      value: headlight.addedBytes / netron.bytes,
      unit: '×',
      note: `${toMegabytes(headlight.addedBytes)} MB on top of VS Code, Netron ${toMegabytes(netron.bytes)} MB`,
      ...(memory ? { limit: memory } : {}),
    },
  ];
}

/** @param {Row} row @returns {Figure[]} */
function timeBlock({ model, headlight: { blockMs } }) {
  return model.name === '20000-nodes' && blockMs !== null
    ? [
        {
          name: `${model.name}: opening a block`,
          value: blockMs,
          unit: 'ms',
          note: 'click to second frame, median',
          limit: 100,
        },
      ]
    : [];
}

/** The largest of a series beside its smallest: bytes should change nothing. @param {Row[]} rows @param {LargeModel['series']} series @returns {Figure[]} */
function compareEnds(rows, series) {
  const ofSeries = rows.filter(({ model }) => model.series === series);
  const [first, last] = [ofSeries[0], ofSeries.at(-1)];
  if (!first || !last) {
    return [];
  }
  const name = `${last.model.name} / ${first.model.name}`;
  const [small, large] = [first.headlight, last.headlight];
  return [
    {
      name: `${name}: time to the picture`,
      value: large.pictureMs / small.pictureMs,
      unit: '×',
      note: `${small.pictureMs.toFixed(0)} ms, ${large.pictureMs.toFixed(0)} ms`,
      ...(series === 'bytes' ? { limit: 1.5 } : {}),
    },
    {
      name: '  renderer memory',
      value: large.bytes / small.bytes,
      unit: '×',
      note: `${toMegabytes(small.bytes)} MB, ${toMegabytes(large.bytes)} MB`,
      ...(series === 'bytes' ? { limit: 1.2 } : {}),
    },
  ];
}
