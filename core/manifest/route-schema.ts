import { z } from 'zod';
import { compileLinearRegex } from '../runtime/linear-regex.ts';
import { duration, name, share } from './values.ts';

/**
 * A route of the manifest: Gateway API's HTTPRoute and GRPCRoute in the manifest's words. docs/reference/routes.md says what
 * each field does and which match is taken when several fit.
 */

const linearRegex = z.string().superRefine((pattern, context) => {
  const outcome = compileLinearRegex(pattern);
  if (outcome.kind === 'fault') context.addIssue({ code: 'custom', message: outcome.message });
});

/** RFC 9110 §5.6.2. */
const token = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a name such as x-version');

/** The form in which the proxy matches and forwards a path; any other would fit no request. */
const canonicalPath = z
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

const host = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
    'expected a host in lower case without a port, such as shop.example.com or *.example.com',
  );

const condition = z.union([
  z.string().describe('This value and no other.'),
  z.strictObject({ regex: linearRegex.describe('RE2 syntax; the whole value must match.') }),
  z.strictObject({ present: z.literal(true).describe('Any value, also an empty one.') }),
]);

const match = z
  .strictObject({
    path: z
      .union([
        z.strictObject({ exact: canonicalPath.describe('This path and no other.') }),
        z.strictObject({
          prefix: canonicalPath.describe('By whole segments: /products matches /products/1, not /productsale.'),
        }),
        z.strictObject({ regex: linearRegex.describe('RE2 syntax; the whole path must match. Linear in the path.') }),
      ])
      .optional()
      .describe('The request path, in its canonical form. Absent: every path.'),
    methods: z
      .array(z.string().regex(/^[A-Z]+$/, 'expected an upper-case method, such as GET'))
      .min(1)
      .optional()
      .describe('Absent: every method.'),
    headers: z
      .record(token, condition)
      .optional()
      .describe('Header → its value. Repeated headers are joined with a comma.'),
    query: z
      .record(z.string().min(1), condition)
      .optional()
      .describe('Query parameter, decoded → its value. Of a repeated one the first counts.'),
    cookies: z.record(token, condition).optional().describe('Cookie → its value.'),
    grpc: z
      .strictObject({
        service: z
          .string()
          .regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/, 'expected a service such as shop.v1.Catalog')
          .optional()
          .describe('Absent: every service.'),
        method: z
          .string()
          .regex(/^[A-Za-z_]\w*$/, 'expected a method such as GetProduct')
          .optional()
          .describe('Absent: every method.'),
      })
      .optional()
      .describe('A gRPC call. Stands instead of path and methods.'),
  })
  .superRefine((value, context) => {
    if (value.grpc === undefined) return;
    for (const key of ['path', 'methods'] as const) {
      if (value[key] !== undefined)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `a match with grpc has no ${key}: every call is a POST to /service/method`,
        });
    }
  });

export const route = z
  .strictObject({
    name: name.describe('Stands in metrics, logs and reports; each route has its own.'),
    context: name.describe('The context whose owner answers it.'),
    hosts: z
      .array(host)
      .min(1)
      .optional()
      .describe(
        'Of the Host header, without its port. `*.example.com` is every name below example.com. Absent: every host.',
      ),
    matches: z
      .array(match)
      .min(1)
      .prefault([{}])
      .describe('A request that fits one of them takes this route. Absent: every request to the hosts.'),
    safe: z
      .boolean()
      .optional()
      .describe(
        'Whether these requests only read, whatever their method says. A fence holds what may write. Absent: by method.',
      ),
    sticky: z
      .union([
        z.enum(['account', 'address']),
        z.strictObject({ cookie: z.string().describe('Name of a cookie that stays with the user.') }),
        z.strictObject({ header: z.string().describe('Name of a request header that stays with the user.') }),
      ])
      .default('account')
      .describe('What keeps a user on one side while weights move.'),
    weight: share.prefault('0%').describe('Share of safe requests that the service answers before the switch.'),
    timeouts: z
      .strictObject({
        connect: duration('2s').describe('Until the connection stands.'),
        head: duration('30s').describe('Until the response head.'),
        idle: duration('60s').describe('Between two parts of a body.'),
      })
      .prefault({})
      .describe('How long the backend may be silent.'),
  })
  .describe('A set of requests that moves together.');
