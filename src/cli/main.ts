import { constants } from 'node:os';
import { join } from 'node:path';
import { removeUnfinished } from '../onnx/saveUnfinished';
import { runCommandLine } from './runCommandLine';

const report = (text: string): void => void process.stderr.write(`${text}\n`);
const output = { write: (text: string) => void process.stdout.write(text), report, progress: report };

// Whoever reads may have seen enough (`| head`): nobody is left to print for. Results in files are complete or not there.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') {
    output.report(`headlight: the results cannot be printed: ${message}.`);
  }
  removeUnfinished();
  process.exit(code === 'EPIPE' ? 0 : 1);
});

process.stderr.on('error', () => undefined);

// Ends as any program does, but leaves no half-written files. Series of images end by themselves and say how to go on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  const end = (): void => {
    if (signal === 'SIGINT' && process.listenerCount(signal) > 1) {
      return;
    }
    removeUnfinished();
    if (signal !== 'SIGINT') {
      process.exit(128 + constants.signals[signal]);
    }
    // By the signal itself, so that a script that runs many commands ends too.
    process.off(signal, end);
    process.kill(process.pid, signal);
  };
  process.on(signal, end);
}

// The inference process is built beside this file. No process.exit(): output to a pipe may still be on its way.
void runCommandLine(process.argv.slice(2), output, join(__dirname, 'inference.js')).then((code) => {
  process.exitCode = code;
});
