/** Where results and messages go: standard output and standard error, or a test's arrays. */
export interface Output {
  /** Results, verbatim. */
  write(text: string): void;
  /** A message, one line. */
  report(text: string): void;
  /** How far long work is, one line: as a message, but depends on how fast the machine is. */
  progress(text: string): void;
}
