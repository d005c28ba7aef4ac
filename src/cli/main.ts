import { join } from 'node:path';
import { runCommandLine } from './runCommandLine';

const output = {
  write: (text: string) => void process.stdout.write(text),
  report: (text: string) => void process.stderr.write(`${text}\n`),
};

// The inference process is built beside this file. No process.exit(): output to a pipe may still be on its way.
void runCommandLine(process.argv.slice(2), output, join(__dirname, 'inference.js')).then((code) => {
  process.exitCode = code;
});
