import { errorCodes, type Disposition } from './error-codes.ts';
import { isOvergrowError } from './overgrow-error.ts';

/** What passes by itself: a server that restarts, a network that flaps, a transaction that lost a race. */
const passingSystemErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EADDRNOTAVAIL',
]);

/**
 * SQLSTATEs (PostgreSQL documentation, appendix A): class 08 connection, 53 resources; 40001 serialization, 40P01 deadlock;
 * 57P01 shutdown, 57P02 crash, 57P03 starting, 57P05 idle for too long.
 */
const passingSqlState = /^(08[0-9A-Z]{3}|53[0-9A-Z]{3}|40001|40P01|57P0[1235])$/;

/** Whether what an error's code tells (a SQLSTATE, or a system error such as ECONNRESET) passes by itself. */
export const passesByItself = (code: string): boolean => passingSystemErrors.has(code) || passingSqlState.test(code);

/**
 * What a part does when it meets the error. Codes of the registry say it themselves; of others the first known sign along
 * the causes decides; an error that nobody knows halts, because repeating what one doesn't understand can do harm.
 */
export function disposition(error: unknown): Disposition {
  const seen = new Set<unknown>();
  for (let at = error; typeof at === 'object' && at !== null && !seen.has(at); at = (at as { cause?: unknown }).cause) {
    seen.add(at);
    if (isOvergrowError(at) && Object.hasOwn(errorCodes, at.code)) return errorCodes[at.code].disposition;
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') {
      if (passesByItself(code)) return 'retry';
      // A server that answered with another SQLSTATE has decided; its cause can't change that.
      if (/^[0-9A-Z]{5}$/.test(code)) return 'halt';
    }
    // Node tries every address of a name; the attempt passes when each failure would.
    if (at instanceof AggregateError && at.errors.length > 0) {
      return at.errors.every((each) => disposition(each) === 'retry') ? 'retry' : 'halt';
    }
  }
  return 'halt';
}
