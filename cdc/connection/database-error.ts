import {
  errorCodes,
  isOvergrowError,
  OvergrowError,
  passesByItself,
  type Disposition,
  type ErrorCode,
} from '@overgrow/core';

interface DatabaseFault {
  readonly sqlState: string | undefined;
  readonly message: string;
  /** schema.table.column or schema.table.constraint, as far as the server names them. */
  readonly place: string;
}

/**
 * Turns whatever a driver threw into an OvergrowError whose code says what the bridge does next. Errors of overgrow pass.
 * The server's detail line is left out: it quotes values of rows. SQLSTATE classes: PostgreSQL documentation, appendix A.
 */
export function databaseError(error: unknown, doing = 'A database refused a statement'): OvergrowError {
  if (isOvergrowError(error)) return error;
  const fault = readFault(error);
  const code = classify(fault);
  const state = fault.sqlState === undefined ? '' : ` (SQLSTATE ${fault.sqlState})`;
  return new OvergrowError(
    code,
    `${doing}: ${fault.message}${fault.place === '' ? '' : `, at ${fault.place}`}${state}.`,
    {
      hint: errorCodes[code].remedy,
      details: { sqlState: fault.sqlState, place: fault.place },
      cause: error,
    },
  );
}

/** What the bridge does after an error: try again, take a new first copy, or wait for a person. */
export function disposition(error: unknown): Disposition {
  return errorCodes[databaseError(error).code].disposition;
}

function readFault(error: unknown): DatabaseFault {
  if (!(error instanceof Error)) return { sqlState: undefined, message: String(error), place: '' };
  const field = (name: string) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    sqlState: field('code'),
    message: error.message,
    place: [field('schema'), field('table'), field('column') ?? field('constraint')].filter(Boolean).join('.'),
  };
}

function classify({ sqlState, message }: DatabaseFault): ErrorCode {
  // The driver's own words have no code: what it says of a connection, and of a client whose connection broke.
  if (sqlState === undefined)
    return /terminated|timeout|closed|ended|connection error|not queryable/i.test(message)
      ? 'CDC_CONNECTION_LOST'
      : 'CDC_FAILED';
  // In use, or made by another bridge a moment ago.
  if (sqlState === '55006' || (sqlState === '42710' && /replication slot/.test(message))) return 'CDC_SLOT_BUSY';
  if (/replication slot/.test(message) && ['42704', '55000', '58P01'].includes(sqlState)) return 'CDC_SLOT_LOST';
  // A statement that somebody cancelled, or a lock that was not free: each of ours may be repeated.
  if (passesByItself(sqlState) || sqlState === '57014' || sqlState === '55P03') return 'CDC_CONNECTION_LOST';
  if (sqlState === '23503') return 'CDC_PARENT_MISSING';
  if (/^(28|3D000|42501)/.test(sqlState)) return 'CDC_NOT_ALLOWED';
  if (/^(22|23|42|44|2F|P0|OG)/.test(sqlState)) return 'CDC_APPLY_REFUSED';
  return 'CDC_FAILED';
}
