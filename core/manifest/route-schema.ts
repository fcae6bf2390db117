import { z } from 'zod';
import { filters, serviceFilters } from './filter-schema.ts';
import { canonicalPath, host, linearRegex, token } from './route-values.ts';
import { duration, name, share } from './values.ts';

/**
 * A route of the manifest: Gateway API's HTTPRoute and GRPCRoute in the manifest's words. docs/reference/routes.md says what
 * each field does and which match is taken when several fit.
 */

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
    graphql: z
      .strictObject({
        type: z.enum(['query', 'mutation', 'subscription']).optional().describe('Absent: every type.'),
        field: condition.optional().describe('A field of the root, such as products.'),
        operation: condition.optional().describe('The name of the operation.'),
        persistedHash: condition.optional().describe('Of a persisted operation.'),
      })
      .optional()
      .describe('A GraphQL operation. Every field that it asks for must take this route, else the monolith answers.'),
    rpc: z
      .strictObject({
        protocol: z
          .enum(['json-rpc', 'trpc', 'soap', 'action'])
          .describe('How the call is named: in the body, in the path, by SOAPAction, or by a parameter.'),
        method: condition.optional().describe('Absent: every method.'),
        parameter: z.string().min(1).default('action').describe('Of `action`: the parameter, in the query or a form.'),
      })
      .optional()
      .describe('A remote procedure call. Every call of a batch must take this route, else the monolith answers.'),
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
    if (value.graphql !== undefined && value.rpc !== undefined)
      context.addIssue({ code: 'custom', path: ['rpc'], message: 'a match looks at graphql or rpc, not at both' });
    if (value.grpc === undefined) return;
    for (const key of ['graphql', 'rpc'] as const) {
      if (value[key] !== undefined)
        context.addIssue({ code: 'custom', path: [key], message: `a match with grpc has no ${key}` });
    }
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
    longLived: z
      .enum(['close', 'guarded', 'refuse'])
      .optional()
      .describe(
        'What a fence does with WebSockets and streams of this route. `close`: their messages wait, and they are closed when the owner has changed. `guarded`: they go on, and the handler accepts refusals. `refuse`: no cutover while one is open. Absent: WebSockets as `close`, streams as any request.',
      ),
    weight: share.prefault('0%').describe('Share of safe requests that the service answers before the switch.'),
    sharedCache: z
      .enum(['private', 'keyed'])
      .default('private')
      .describe(
        'While a weight decides: `private` keeps answers out of shared caches, so that none mixes the sides; `keyed` adds Vary with the sticky header or cookie instead.',
      ),
    filters: filters.prefault({}),
    serviceFilters: serviceFilters.prefault({}),
    timeouts: z
      .strictObject({
        request: duration('0s').describe('From admission to the end of the answer. `0s`: no limit.'),
        connect: duration('2s').describe('Until the connection stands.'),
        head: duration('30s').describe('Until the response head.'),
        idle: duration('60s').describe('Between two parts of a body.'),
      })
      .prefault({})
      .describe('How long the backend may be silent.'),
  })
  .superRefine((value, context) => {
    const fault = (path: readonly string[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const byPrefix = value.matches.every(
      ({ path, grpc }) => grpc === undefined && (path === undefined || 'prefix' in path),
    );
    for (const [place, change] of [
      [['filters', 'redirect', 'path'], value.filters.redirect?.path],
      [['serviceFilters', 'rewrite', 'path'], value.serviceFilters.rewrite?.path],
    ] as const) {
      if (change !== undefined && 'prefix' in change && !byPrefix)
        fault(place, 'a prefix can only be replaced where every match of the route has path prefix');
    }
    if (value.sharedCache === 'keyed' && value.sticky === 'address')
      fault(['sharedCache'], 'no cache can key on the address of a client: use sticky cookie or header');
  })
  .describe('A set of requests that moves together.');
