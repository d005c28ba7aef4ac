// Runs in VS Code's extension host in place of the tests' own entry: shows their output and records how they ended,
// because a crash of the extension host alone would be reported by the workbench as exit code 0.
const fs = require('node:fs');
const { format } = require('node:util');

exports.run = async () => {
  const { out, tests } = JSON.parse(process.env.VSCODE_TEST_RUN);
  const line = (...values) => fs.appendFileSync(out, `${format(...values)}\n`);
  const methods = ['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, { value: line, writable: true }]);
  // VS Code makes console.log read-only here, so the whole object is replaced; mocha picks it up when it is loaded below.
  globalThis.console = Object.create(console, Object.fromEntries(methods));
  const end = (code) => {
    if (process.env.NODE_V8_COVERAGE) {
      require('node:v8').takeCoverage();
    }
    fs.writeFileSync(`${out}.exit`, String(code));
  };
  try {
    await require(tests).run();
    end(0);
  } catch (error) {
    line(error?.stack ?? error);
    end(1);
    throw error;
  }
};
