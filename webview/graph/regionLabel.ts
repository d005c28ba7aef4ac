import type { Flow } from './units';

/** What to call a region: the common part of its modules' names, else what kind of join closes it. */
export function toRegionLabel(flow: Flow, positions: readonly number[], number: number): string {
  const layers = positions.map((position) => flow.units[position]).filter((unit) => unit.kind === 'layers');
  const modules = layers.filter(({ label, layers: [first] }) => label !== first.name).map(({ label }) => label);
  const common = modules.length > 1 ? toCommonName(modules) : '';
  if (common !== '') {
    return common;
  }
  const join = layers[layers.length - 1]?.layers[0].opType;
  const kind = join === 'Add' || join === 'Sum' ? 'Residual block' : join === 'Concat' ? 'Branches' : 'Block';
  return `${kind} ${number}`;
}

/** `gpu_0/res2_0_branch2a`, `gpu_0/res2_0_branch1` → `res2_0`: whole words, without the outermost scope. */
function toCommonName(names: readonly string[]): string {
  let common = names[0];
  for (const name of names) {
    while (!name.startsWith(common)) {
      common = common.slice(0, -1);
    }
  }
  const isWhole = names.every((name) => name.length === common.length || /[._/]/.test(name[common.length]));
  const words = isWhole ? common : common.replace(/[^._/]*$/, '');
  return words.replace(/[._/]+$/, '').replace(/^.*\//, '');
}
