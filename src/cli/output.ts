/** Where results and messages go: standard output and standard error, or a test's arrays. */
export interface Output {
  /** Results, verbatim. */
  write(text: string): void;
  /** A message, one line. */
  report(text: string): void;
}
