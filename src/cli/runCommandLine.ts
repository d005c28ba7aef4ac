import { version } from '../../package.json';
import { isSystemError } from '../systemError';
import { UserError } from '../userError';
import { parseArguments } from './arguments';
import { runCam } from './cam';
import { runCompare } from './compare';
import { runEvaluate } from './evaluate';
import { runExplain } from './explain';
import { runFeatures } from './features';
import { runFit } from './fit';
import { runGradient } from './gradient';
import { runHead } from './head';
import { describeCommand, HELP } from './help';
import { runInspect } from './inspect';
import type { Output } from './output';
import { UsageError } from './usageError';
import { toMessage } from '../protocol/errorMessage';

/** `inferencePath`: the built dist/inference.js. Exit code: 0 done, 1 failed on the input, 2 wrong usage. */
export async function runCommandLine(
  argv: readonly string[],
  output: Output,
  inferencePath: string,
): Promise<0 | 1 | 2> {
  try {
    const parsed = parseArguments(argv);
    switch (parsed.command) {
      case 'help':
        output.write(parsed.of === null ? HELP : describeCommand(parsed.of));
        return 0;
      case 'version':
        output.write(`${version}\n`);
        return 0;
      case 'inspect':
        return await runInspect(parsed, output, inferencePath);
      case 'compare':
        return await runCompare(parsed, output);
      case 'cam':
        return await runCam(parsed, output, inferencePath);
      case 'head':
        return await runHead(parsed, output, inferencePath);
      case 'gradient':
        return await runGradient(parsed, output, inferencePath);
      case 'explain':
        return await runExplain(parsed, output, inferencePath);
      case 'fit':
        return await runFit(parsed, output, inferencePath);
      case 'features':
        return await runFeatures(parsed, output, inferencePath);
      case 'evaluate':
        return await runEvaluate(parsed, output, inferencePath);
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    return reportError(error, argv, output);
  }
}

/** With --json there is exactly one document on standard output, also when it can only say what is wrong. */
function reportError(error: unknown, argv: readonly string[], output: Output): 1 | 2 {
  const isUsage = error instanceof UsageError || (error instanceof UserError && error.code === 'badArgument');
  const message = toMessage(error);
  // A file that vanished, may not be read, or does not fit on the disk is no bug, wherever it happened.
  const isRefused = isSystemError(error);
  if (argv.includes('--json')) {
    const code = isUsage ? 'badArgument' : error instanceof UserError ? error.code : isRefused ? 'system' : 'bug';
    output.write(`${JSON.stringify({ schema: 1, error: { code, message } })}\n`);
  }
  if (isUsage) {
    const command = describeCommand(argv[0] ?? '') === HELP ? '' : `${argv[0]} `;
    output.report(`headlight: ${message}\nRun "headlight ${command}--help" for the options.`);
    return 2;
  }
  const isExpected = error instanceof UserError || isRefused;
  output.report(`headlight: ${isExpected ? message : describeBug(error)}`);
  return 1;
}

function describeBug(error: unknown): string {
  return `this is a bug.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
