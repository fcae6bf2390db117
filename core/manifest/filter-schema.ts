import { z } from 'zod';
import { canonicalPath, host, token } from './route-values.ts';
import { duration } from './values.ts';

/** What happens to a route's requests and answers on their way: Gateway API's filters in the manifest's words. */

/** These frame or route the message, or belong to the proxy; a filter that touched them would make two readings. */
const untouchable = new Set([
  'connection',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);

const headerName = token.superRefine((name, context) => {
  const lower = name.toLowerCase();
  if (untouchable.has(lower) || lower.startsWith('overgrow-') || lower.startsWith('x-forwarded-'))
    context.addIssue({ code: 'custom', message: 'this header belongs to the proxy: no filter may touch it' });
});
const headerValue = z
  .string()
  .regex(/^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/, 'expected visible ASCII without space at either end');

const headers = z
  .strictObject({
    set: z.record(headerName, headerValue).default({}).describe('Header → its only value.'),
    add: z.record(headerName, headerValue).default({}).describe('Header → a value beside those that are there.'),
    remove: z.array(headerName).default([]).describe('Headers that are left out.'),
  })
  .superRefine(({ set, add, remove }, context) => {
    const all = [...Object.keys(set), ...Object.keys(add), ...remove].map((name) => name.toLowerCase());
    const twice = all.find((name, index) => all.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', message: `the header ${twice} stands twice: one action for each` });
  });

const pathChange = z.union([
  z.strictObject({ full: canonicalPath.describe('Instead of the whole path.') }),
  z.strictObject({ prefix: canonicalPath.describe('Instead of the prefix that matched; the rest stays.') }),
]);

const redirect = z.strictObject({
  scheme: z.enum(['http', 'https']).optional().describe("Absent: the client's."),
  host: host.optional().describe("Absent: the client's."),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe("Absent: the scheme's own where a scheme is given, else the client's."),
  path: pathChange.optional().describe("Absent: the client's. The query stays."),
  status: z
    .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
    .default(302)
    .describe('301, 302, 303, 307 or 308.'),
});

const corsOrigin = z
  .string()
  .regex(
    /^(?:\*|https?:\/\/(?:\*|(?:\*\.)?[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?::\d{1,5})?)$/,
    'expected an origin such as https://shop.example.com or https://*.example.com, or *',
  );

const cors = z.strictObject({
  allowOrigins: z
    .array(corsOrigin)
    .min(1)
    .describe('`https://*.example.com` is every name below; `*` is every origin.'),
  allowMethods: z
    .array(z.string().regex(/^(?:[A-Z]+|\*)$/, 'expected an upper-case method, or *'))
    .default([])
    .describe('Beside GET, HEAD and POST, which are always allowed. `*`: every method.'),
  allowHeaders: z
    .array(z.union([token, z.literal('*')]))
    .default([])
    .describe('Of requests. `*`: every header.'),
  exposeHeaders: z
    .array(z.union([token, z.literal('*')]))
    .default([])
    .describe('Of answers, for scripts.'),
  allowCredentials: z.boolean().default(false).describe('Cookies and Authorization may come along.'),
  maxAge: duration('5s').describe('How long a browser may remember a preflight.'),
});

export const filters = z
  .strictObject({
    requestHeaders: headers.optional().describe('On the way to either side.'),
    responseHeaders: headers.optional().describe('On the way back from either side.'),
    redirect: redirect.optional().describe('Answered by the proxy; no side hears of it.'),
    cors: cors.optional().describe("Preflights are answered by the proxy; the sides' own CORS headers are replaced."),
  })
  .describe('For both sides.');

export const serviceFilters = z
  .strictObject({
    requestHeaders: headers.optional().describe('On the way to the service, after those of `filters`.'),
    responseHeaders: headers.optional().describe('On the way back from the service, before those of `filters`.'),
    rewrite: z
      .strictObject({
        host: host.optional().describe("The Host that the service sees. `X-Forwarded-Host` keeps the client's."),
        path: pathChange.optional().describe('The path that the service sees. Its answers are mapped back.'),
      })
      .optional()
      .describe('For a service under another name than its part of the monolith.'),
  })
  .describe('For the service only: the monolith sees what it always saw.');
