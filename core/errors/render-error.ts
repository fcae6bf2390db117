import { redactText } from '../runtime/redact.ts';
import { errorCodes } from './error-codes.ts';
import { isOvergrowError } from './overgrow-error.ts';

const maxCauses = 3;

/**
 * An error for a terminal: sentence, code, what lies beneath, and the way out. No stack; passwords are masked. The hint is the
 * error's own, else the registry's remedy for its code.
 */
export function renderError(error: unknown): string {
  if (!isOvergrowError(error)) return [`Unexpected error: ${messageOf(error)}`, ...renderCauses(error)].join('\n');
  const remedy = Object.hasOwn(errorCodes, error.code) ? errorCodes[error.code].remedy : undefined;
  const hint = error.hint ?? remedy;
  return [
    `${error.code}: ${redactText(error.message.trimEnd())}`,
    ...renderCauses(error),
    ...(hint === undefined ? [] : [`  → ${redactText(hint)}`]),
  ].join('\n');
}

function renderCauses(error: unknown): string[] {
  const lines: string[] = [];
  const told = [messageOf(error)];
  let cause = causeOf(error);
  while (cause !== undefined && lines.length < maxCauses) {
    const message = messageOf(cause);
    // Many errors quote their cause; saying it twice helps nobody.
    if (!told.some((earlier) => earlier.includes(message))) lines.push(`  because: ${message}`);
    told.push(message);
    cause = told.length > 10 ? undefined : causeOf(cause);
  }
  return lines;
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map(messageOf))].join('; ');
  }
  return redactText(error instanceof Error ? error.message || error.name : String(error));
}
