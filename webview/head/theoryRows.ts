import {
  computeFcCost,
  computeGapCost,
  computeMeanVariance,
  computeNatarajanBounds,
  computeReadingGains,
  type HeadDesign,
  type HeadSize,
  type ReadingGains,
} from '../../src/protocol/headFormulas';
import type { HeadWeights } from '../../src/protocol/headWeights';
import type { HeadMeasurement, MachineSpeed } from '../../src/protocol/measurement';
import type { Provenance } from '../../src/protocol/modelReport';
import { formatCount, formatExact, formatMilliseconds, formatSignificant } from '../quantity';
import { COST_ROWS } from '../summary/headComparison';
import { computeRoof } from '../summary/roofline';

/** A formula with the figure it gives, or why it gives none. */
export interface TheoryCell {
  readonly formula: string;
  readonly figure:
    | { readonly text: string; readonly exact: string; readonly value: number; readonly provenance: Provenance }
    | { readonly missing: string };
}

interface TheoryRow {
  readonly label: string;
  readonly source: string;
  readonly cells: Readonly<Record<HeadDesign, TheoryCell>>;
}

export interface TheoryGroup {
  readonly title: string;
  readonly note: string;
  readonly rows: readonly TheoryRow[];
}

/** Everything the figures depend on. */
export interface TheorySubject {
  readonly size: HeadSize;
  readonly correlation: number;
  /** What the machine reaches; null before it was measured. */
  readonly machine: MachineSpeed | null;
  /** Of this very size and batch; null otherwise. */
  readonly measurement: HeadMeasurement | null;
  /** Of the user's own head while the sizes are its own; null otherwise. */
  readonly weights: HeadWeights | null;
}

const DESIGNS: readonly HeadDesign[] = ['gap', 'fc'];

export function computeTheory(subject: TheorySubject): readonly TheoryGroup[] {
  const { size } = subject;
  return [
    { title: 'Cost', note: 'One linear layer each, on the same feature map.', rows: computeCostRows(size) },
    {
      title: size.batch === 1 ? 'Time of one image' : `Time of a batch of ${formatExact(size.batch)}`,
      note: 'The head alone, in 32-bit floats, without the trunk.',
      rows: computeTimeRows(subject),
    },
    { title: 'Capacity', note: 'With the trunk frozen.', rows: computeCapacityRows(size) },
    {
      title: 'Stability',
      note:
        'Gains are norm bounds of what comes before the linear layer, and of the whole head with your weights: ' +
        'training can make weights as large as it likes, and at H·W = 1 the mean changes nothing.',
      rows: computeStabilityRows(subject),
    },
  ];
}

function eachDesign(cell: (design: HeadDesign) => TheoryCell): Readonly<Record<HeadDesign, TheoryCell>> {
  const [gap, fc] = DESIGNS.map(cell);
  return { gap, fc };
}

function toFigure(value: number, text: string, unit: string, provenance: Provenance = 'derived'): TheoryCell['figure'] {
  return { value, text, exact: `${formatExact(value)} ${unit}`.trim(), provenance };
}

function computeCostRows(size: HeadSize): TheoryRow[] {
  const costs = { gap: computeGapCost(size), fc: computeFcCost(size) };
  return COST_ROWS.filter(({ label }) => label !== 'VC dimension').map(
    ({ label, source, formulas, of, format, unit }) => ({
      label:
        label === 'Arithmetic intensity' && size.batch > 1 ? `${label}, batch of ${formatExact(size.batch)}` : label,
      source,
      cells: eachDesign((design) => {
        const value = of(costs[design]) ?? NaN;
        return { formula: formulas[design], figure: toFigure(value, format(value), unit) };
      }),
    }),
  );
}

/** Seconds that moving the weights and computing take at least, whichever is longer. */
export function computeRooflineMs(size: HeadSize, design: HeadDesign, machine: MachineSpeed): number {
  const floats = { ...size, weightBytes: 4, activationBytes: 4 };
  const { flops, arithmeticIntensity } = design === 'gap' ? computeGapCost(floats) : computeFcCost(floats);
  return (1000 * size.batch * flops) / computeRoof(machine, arithmeticIntensity);
}

function computeTimeRows({ size, machine, measurement }: TheorySubject): TheoryRow[] {
  const toMs = (ms: number, provenance: Provenance) => toFigure(ms, formatMilliseconds(ms), 'ms', provenance);
  return [
    {
      label: 'Roofline time',
      source: 'Williams, Waterman and Patterson, CACM 2009, with this machine’s measured peak and bandwidth',
      cells: eachDesign((design) => ({
        formula: 'max(b·FLOP / peak, bytes / bandwidth)',
        figure:
          machine === null
            ? { missing: 'not measured yet' }
            : toMs(computeRooflineMs(size, design, machine), 'derived'),
      })),
    },
    {
      label: 'Measured time',
      source: 'median of the kernels’ times in ONNX Runtime, weights of this size',
      cells: eachDesign((design) => {
        const time = measurement?.[design];
        const missing = measurement === null ? 'not measured at this size' : 'weights beyond 1 GiB are not tried';
        return {
          formula: design === 'gap' ? 'mean, then K×C' : 'flatten, then K×CHW',
          figure: time ? toMs(time.ms, 'measured') : { missing },
        };
      }),
    },
  ];
}

function computeCapacityRows(size: HeadSize): TheoryRow[] {
  const costs = { gap: computeGapCost(size), fc: computeFcCost(size) };
  const [vc] = COST_ROWS.filter(({ label }) => label === 'VC dimension');
  return [
    {
      label: 'VC dimension of one class',
      source: vc.source,
      cells: eachDesign((design) => {
        const value = vc.of(costs[design]) ?? NaN;
        return { formula: vc.formulas[design], figure: toFigure(value, vc.format(value), vc.unit) };
      }),
    },
    {
      label: 'Natarajan dimension of all classes',
      source: 'upper bound; at least (K − 1)·inputs: Shalev-Shwartz and Ben-David 2014, chapter 29',
      cells: eachDesign((design) => ({
        formula: design === 'gap' ? '≤ K(C + 1)' : '≤ K(CHW + 1)',
        figure: toNatarajan(size, design),
      })),
    },
  ];
}

function toNatarajan(size: HeadSize, design: HeadDesign): TheoryCell['figure'] {
  if (size.classes < 2) {
    return { missing: 'needs two classes' };
  }
  const { least, most } = computeNatarajanBounds(size, design);
  return {
    value: most,
    text: `≤ ${formatCount(most)}`,
    exact: `between ${formatExact(least)} and ${formatExact(most)}`,
    provenance: 'derived',
  };
}

const GAINS: readonly {
  readonly name: keyof ReadingGains;
  readonly label: string;
  readonly formulas: Readonly<Record<HeadDesign, string>>;
  readonly source: string;
}[] = [
  {
    name: 'l2',
    label: 'Gain ℓ2 → ℓ2',
    formulas: { gap: '1/√(HW)', fc: '1' },
    source: 'all C singular values of the mean are equal',
  },
  { name: 'l1', label: 'Gain ℓ1 → ℓ1', formulas: { gap: '1/(HW)', fc: '1' }, source: 'largest column sum' },
  {
    name: 'lInfinity',
    label: 'Gain ℓ∞ → ℓ∞',
    formulas: { gap: '1', fc: '1' },
    source: 'largest row sum; reached by the same change everywhere',
  },
  { name: 'l2ToLInfinity', label: 'Gain ℓ2 → ℓ∞', formulas: { gap: '1/√(HW)', fc: '1' }, source: 'largest row norm' },
  {
    name: 'lInfinityToL2',
    label: 'Gain ℓ∞ → ℓ2',
    formulas: { gap: '√C', fc: '√(CHW)' },
    source: 'reached by the same change everywhere',
  },
];

function computeStabilityRows({ size, correlation, weights }: TheorySubject): TheoryRow[] {
  const gains = { gap: computeReadingGains(size, 'gap'), fc: computeReadingGains(size, 'fc') };
  const variance = computeMeanVariance(size.height * size.width, correlation);
  return [
    ...GAINS.map(({ name, label, formulas, source }) => ({
      label: `${label} of mean or flatten`,
      source,
      cells: eachDesign((design) => {
        const value = gains[design][name];
        return { formula: formulas[design], figure: toFigure(value, formatSignificant(value, 4), '') };
      }),
    })),
    {
      label: 'Noise variance of one input of the layer',
      source: 'variance of a mean of HW values with equal correlation ρ; σ² is that of one position',
      cells: {
        gap: {
          formula: correlation === 0 ? 'σ²/(HW)' : 'σ²(1 + (HW − 1)ρ)/(HW)',
          figure: toFigure(variance, `${formatSignificant(variance, 4)} σ²`, 'σ²'),
        },
        fc: { formula: 'σ²', figure: toFigure(1, '1 σ²', 'σ²') },
      },
    },
    {
      label: 'Independent positions that average as well',
      source: 'N_eff = σ²/Var(mean)',
      cells: {
        gap: {
          formula: correlation === 0 ? 'HW' : 'HW/(1 + (HW − 1)ρ)',
          figure: toFigure(1 / variance, formatSignificant(1 / variance, 4), 'positions'),
        },
        fc: { formula: '1', figure: toFigure(1, '1', 'positions') },
      },
    },
    ...computeWeightRows(size, weights),
  ];
}

/** What the user's own weights add; of a flattened head also what is left of them after projection onto GAP. */
function computeWeightRows(size: HeadSize, weights: HeadWeights | null): TheoryRow[] {
  const missing = {
    missing: weights?.of === 'layer' ? 'several layers: no single matrix' : 'read the weights below, at your own sizes',
  };
  const isHead = weights?.of === 'head' && weights.reading !== 'sum';
  const cells = size.height * size.width;
  const whole = isHead ? weights.singularValue.value : null;
  const summed = isHead ? (weights.summedSingularValue?.value ?? whole) : null;
  const isFlat = weights !== null && weights.summedSingularValue !== null;
  const gap = summed === null ? null : summed / Math.sqrt(cells);
  // A GAP head written as an FC head has w/(HW) at every position: the same function, so the same gain.
  const fc = isFlat ? whole : gap;
  const toGain = (value: number | null) =>
    value === null ? missing : toFigure(value, formatSignificant(value, 4), '');
  const sums = isHead && !isFlat ? Math.max(...weights.rowSums) : null;
  const flatSums = isHead && isFlat ? Math.max(...weights.rowSums) : null;
  return [
    {
      label: 'Gain ℓ2 → ℓ2 of the whole head, your weights',
      source: isFlat
        ? 'power iteration; GAP: the weights added up over positions, their projection'
        : 'power iteration; FC: the same function with w/(HW) at every position',
      cells: {
        gap: { formula: 'σ_max(w)/√(HW)', figure: toGain(gap) },
        fc: { formula: 'σ_max(W)', figure: toGain(fc) },
      },
    },
    {
      label: 'Gain ℓ∞ → ℓ∞ of the whole head, your weights',
      source: 'largest row sum of |weights|',
      cells: {
        gap: {
          formula: 'max_k Σ_c |w_kc|',
          figure: isFlat ? { missing: 'of a GAP head only' } : toGain(sums),
        },
        fc: { formula: 'max_k Σ |W_k|', figure: toGain(flatSums ?? sums) },
      },
    },
  ];
}
