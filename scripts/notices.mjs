// The licences of everything that ships: packages inside the bundles, and those beside them.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Folder of the package that a file belongs to; null for this project's own. @param {string} file */
function findPackage(file) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match?.[1] ?? null;
}

/** @param {string} folder */
function describePackage(folder) {
  const { name, version, license, repository } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const source = typeof repository === 'string' ? repository : repository?.url;
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(path.join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})${source ? `\n${source}` : ''}\n\n${text}\n`;
}

/**
 * @param {string[]} bundled Files that went into the bundles, as esbuild names them.
 * @param {string[]} shipped Folders of packages that are shipped as they are.
 */
export function toNotices(bundled, shipped) {
  const folders = new Set([...bundled.map(findPackage), ...shipped]);
  const described = [...folders].filter((folder) => folder !== null).sort();
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return ['Headlight contains the following packages.\n', ...described.map(describePackage)].join(rule);
}
