import { runCommandLine } from './runCommandLine';

// Not process.exit(): output to a pipe may still be on its way.
void runCommandLine(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  report: (text) => process.stderr.write(`${text}\n`),
}).then((code) => {
  process.exitCode = code;
});
