/** One JSON line an event, on stderr: stdout belongs to the few events that other programs read. */
export function log(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`);
}

export function logError(event: string, error: unknown): void {
  log(event, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
