// Memory of a browser's pages as the system counts it: resident bytes of all its renderer processes.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Resident bytes of the renderer processes below this process, summed; null where there is no /proc (not Linux).
 * @returns {number | null}
 */
export function measureRenderers() {
  try {
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const children = new Map(processes.map((pid) => [pid, parentOf(pid)]));
    const isOurs = (/** @type {string | undefined} */ pid) => {
      for (let id = pid; id !== undefined && id !== '0'; id = children.get(id)) {
        if (id === String(process.pid)) {
          return true;
        }
      }
      return false;
    };
    return processes
      .filter((pid) => isOurs(pid) && read(pid, 'cmdline').includes('--type=renderer'))
      .reduce((sum, pid) => sum + 1024 * Number(/VmRSS:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? 0), 0);
  } catch {
    return null;
  }
}

/** @param {string} pid */
function parentOf(pid) {
  return /PPid:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? '0';
}

/** A process may end at any time. @param {string} pid @param {string} file */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
