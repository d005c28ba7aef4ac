/** What an error says: anything can be thrown. */
export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
