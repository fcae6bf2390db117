import type { ErrorCode } from './error-codes.ts';

/** The brand survives duplicate copies of this package in one process (`instanceof` would not). */
const brand = Symbol.for('overgrow.error');

export interface OvergrowErrorOptions {
  /** What the reader can do next, as a whole sentence. */
  readonly hint?: string;
  /** Figures and names that locate the fault. Never a secret: they reach logs, reports and the browser. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class of overgrow: a code of the registry, a sentence, and a way out. */
export class OvergrowError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: OvergrowErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OvergrowError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }
}

export function isOvergrowError(value: unknown): value is OvergrowError {
  return typeof value === 'object' && value !== null && brand in value;
}
