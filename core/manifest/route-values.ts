import { z } from 'zod';
import { compileLinearRegex } from '../runtime/linear-regex.ts';

/** The kinds of values that routes and their filters share. */

export const linearRegex = z.string().superRefine((pattern, context) => {
  const outcome = compileLinearRegex(pattern);
  if (outcome.kind === 'fault') context.addIssue({ code: 'custom', message: outcome.message });
});

/** RFC 9110 §5.6.2. */
export const token = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a name such as x-version');

/** The form in which the proxy matches and forwards a path; any other would fit no request. */
export const canonicalPath = z
  .string()
  .startsWith('/')
  .superRefine((path, context) => {
    const fault = pathFault(path);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

function pathFault(path: string): string | undefined {
  if (!/^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@[\]{}|^]|%[0-9A-Fa-f]{2})*$/.test(path))
    return 'a path is matched in its canonical form: percent-encode what is no letter, digit or path sign, and leave out query and fragment';
  if (path.includes('//')) return 'no request has an empty path segment here: the proxy refuses it';
  if (/\/\.{1,2}(?:[/;]|$)/.test(path)) return 'no request has a dot segment here: the proxy refuses it';
  if (/%2f|%5c/i.test(path)) return 'no request has an encoded slash here: the proxy refuses it';
  const plain = /%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/i.exec(path);
  if (plain !== null)
    return `write ${decodeURIComponent(plain[0])} instead of ${plain[0]}: paths are decoded where it changes nothing`;
  return undefined;
}

export const host = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
    'expected a host in lower case without a port, such as shop.example.com or *.example.com',
  );
