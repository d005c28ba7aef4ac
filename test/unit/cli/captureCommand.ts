import { runCommandLine } from '../../../src/cli/runCommandLine';

/** Runs a command line and keeps what it prints; of standard error what does not depend on the machine's speed. `serverPath`: from `buildServer`. */
export async function captureCommand(serverPath: string, argv: readonly string[]) {
  const [written, reported]: [string[], string[]] = [[], []];
  const output = {
    write: (text: string) => void written.push(text),
    report: (text: string) => void reported.push(text),
    progress: () => undefined,
  };
  const code = await runCommandLine(argv, output, serverPath);
  return { code, stdout: written.join(''), stderr: reported.join('\n') };
}
