import { z } from 'zod';
import { parseDurationMs, parseShare, parseSizeBytes } from '../runtime/units.ts';

/** The kinds of values that blocks of the manifest share. */

/** A text with a unit; the title names it in the reference, the pattern serves editors. */
const quantity = (parse: (text: string) => number | undefined, example: string, units: string) =>
  z
    .string()
    .meta({ title: `such as ${example}`, pattern: `^\\s*\\d+(\\.\\d+)?\\s*(${units})\\s*$` })
    .transform((text, context) => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `expected a value such as ${example}` });
      return z.NEVER;
    });

export const duration = (fallback: string) =>
  quantity(parseDurationMs, '250ms, 2s, 10m, 1h or 35d', 'ms|s|m|h|d').prefault(fallback);
export const size = (fallback: string) =>
  quantity(parseSizeBytes, '64kB, 1MB or 16MiB', 'B|[kK]B|MB|GB|KiB|MiB|GiB').prefault(fallback);
export const share = quantity(parseShare, '10%', '%');

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens, such as order-history');
