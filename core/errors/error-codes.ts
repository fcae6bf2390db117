import { analyzeCodes } from './codes/analyze-codes.ts';
import { cdcCodes } from './codes/cdc-codes.ts';
import type { CodeEntry } from './codes/code-entry.ts';
import { cliCodes } from './codes/cli-codes.ts';
import { configCodes } from './codes/config-codes.ts';
import { cutoverCodes } from './codes/cutover-codes.ts';
import { proxyCodes } from './codes/proxy-codes.ts';
import { stateCodes } from './codes/state-codes.ts';

export type { CodeEntry, Disposition, ExitCode } from './codes/code-entry.ts';

/**
 * Every error code of overgrow, one file a part. The first word of a code is the part that raises it. The reference page
 * `docs/reference/errors.md` is generated from this table (`npm run generate`).
 */
export const errorCodes = {
  ...configCodes,
  ...stateCodes,
  ...analyzeCodes,
  ...proxyCodes,
  ...cdcCodes,
  ...cutoverCodes,
  ...cliCodes,
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
