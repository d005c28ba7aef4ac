import { compareModels, compareStoredWeights } from '../compareModels';
import type { CompareArguments } from './arguments';
import { toCompareDocument } from './compareDocument';
import { formatComparison } from './compareText';
import type { Output } from './output';

/** Prints what differs between two models. Exit code 1 when weights were asked for and some cannot be read. */
export async function runCompare({ model, other, json, weights }: CompareArguments, output: Output): Promise<0 | 1> {
  const comparison = await compareModels({ a: model, b: other });
  const { report } = comparison;
  const verdicts = weights ? await compareStoredWeights(comparison) : report.weights.map(({ verdict }) => verdict);
  output.write(
    json ? `${JSON.stringify(toCompareDocument(report, verdicts))}\n` : formatComparison(report, verdicts, weights),
  );
  const unreadable = verdicts.filter((verdict) => verdict === 'unreadable').length;
  if (unreadable === 0) {
    return 0;
  }
  const count =
    unreadable === 1 ? 'The weights of one pair of tensors' : `The weights of ${unreadable} pairs of tensors`;
  const reasons = [...report.a.warnings, ...report.b.warnings].filter((text) => text.includes('external data'));
  output.report(`headlight: ${[`${count} could not be compared.`, ...reasons].join(' ')}`);
  return 1;
}
