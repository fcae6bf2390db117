import { z } from 'zod';
import { backendTls, frontTls } from './tls-schema.ts';
import { route } from './route-schema.ts';
import { duration, name, size } from './values.ts';

/**
 * The manifest `overgrow.yaml`: what the team wants. Types, JSON Schema (`overgrow.schema.json`) and the reference page
 * are derived from this file. After loading, durations are milliseconds, sizes bytes, shares hundredths of a percent.
 */

const qualifiedTable = z.string().regex(/^[^.\s]+\.[^.\s]+$/, 'expected schema.table, such as public.orders');
const url = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' });
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'expected a postgres:// URL' });

const backend = {
  protocol: z
    .enum(['http1', 'http2'])
    .default('http1')
    .describe('`http2`: by ALPN over https, by prior knowledge over http. gRPC needs it.'),
  socket: z.string().optional().describe('Path of a Unix socket; the URL then gives the scheme and the name.'),
  tls: backendTls.optional(),
};

const monolith = z
  .strictObject({
    url: url.describe('Where the monolith answers.'),
    ...backend,
    source: z.string().default('.').describe('Folder of its source, relative to the manifest.'),
    database: databaseUrl.optional().describe('Its database, as the bridge logs in. Usually from ${ENV}.'),
  })
  .describe('What is being replaced.');

const context = z
  .strictObject({
    units: z.array(z.string()).default([]).describe('Globs of the source files that belong to it.'),
    entities: z
      .array(qualifiedTable)
      .default([])
      .describe('Tables that belong to it; an entity is in exactly one context.'),
    service: name.optional().describe('The service that replaces it.'),
    team: z.string().optional().describe('The people who own it.'),
  })
  .describe('A bounded context.');

const service = z
  .strictObject({
    url: url.describe('Where the service answers.'),
    ...backend,
    database: databaseUrl.optional().describe('Its database, as the bridge logs in.'),
    health: z.string().startsWith('/').default('/healthz').describe('Path that answers 2xx when the service is well.'),
  })
  .describe('The running replacement of a context.');

const columnMapping = z.union([
  z.string().describe('The source column.'),
  z.strictObject({
    constant: z.union([z.string(), z.number(), z.boolean(), z.null()]).describe('The same in every row.'),
  }),
  z.strictObject({
    expression: z.string().describe('CEL over `row`, the source row.'),
    inverse: z.record(z.string(), z.string()).optional().describe('Source column → CEL over `row`, the target row.'),
  }),
]);

const tableMapping = z.union([
  z.string().describe('The target table; columns keep their names.'),
  z.strictObject({
    to: z.string().describe('The target table, schema.table or a name in the public schema.'),
    columns: z
      .record(z.string(), columnMapping)
      .optional()
      .describe('Target column → where its value comes from. Absent: all columns by name.'),
    where: z.string().optional().describe('CEL over `row`: source rows for which it is false are left out.'),
    constants: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe('On the way back: source columns that the service does not keep.'),
  }),
]);

const replication = z
  .strictObject({
    context: name.describe('The context whose tables these are.'),
    tables: z.record(qualifiedTable, tableMapping).describe('Source table → target.'),
    triggers: z
      .record(z.string(), z.enum(['fire', 'suppress', 'replaced']))
      .default({})
      .describe('schema.table.trigger → what it does when the bridge writes. Undecided triggers are refused.'),
    foreignKeys: z
      .record(z.string(), z.enum(['wait']))
      .default({})
      .describe(
        'table.column of keys that cross the cut. `wait`: a row is written when its parent is there. A key that should not hold is dropped in its database.',
      ),
  })
  .describe('How the tables of a context reach the service, and come back.');

export const manifestSchema = z
  .strictObject({
    version: z.literal(1).describe('Of this format.'),
    monolith,
    contexts: z.record(name, context).default({}).describe('Name → bounded context.'),
    services: z.record(name, service).default({}).describe('Name → service.'),
    routes: z.array(route).default([]).describe('Which requests go where. What fits no route goes to the monolith.'),
    replication: z.array(replication).default([]).describe('Which tables are kept equal on both sides.'),
    proxy: z
      .strictObject({
        listen: z.string().default('127.0.0.1:8080').describe('host:port of the front door.'),
        tls: frontTls.optional(),
        maxHeaderBytes: size('16KiB').describe('Requests with more are answered 431.'),
        maxHeldRequests: z.int().min(1).default(5000).describe('A fence that would hold more is abandoned.'),
        maxHeldBytes: size('64MiB').describe('The same, in bytes of held bodies.'),
        longLivedQuiet: duration('500ms').describe(
          'A WebSocket whose messages a fence has held this long counts as finished with the message before.',
        ),
        maxOperationBytes: size('256KiB').describe('Bodies up to this are read where a match looks at an operation.'),
        accessLog: z
          .strictObject({
            format: z.enum(['ecs', 'combined']).default('ecs').describe('JSON with ECS names, or the combined format.'),
            file: z.string().describe('Lines are appended; it may be rotated by renaming.'),
          })
          .optional()
          .describe('Absent: off.'),
        trustedProxies: z.array(z.string()).default([]).describe('Addresses whose X-Forwarded-* are believed.'),
      })
      .prefault({})
      .describe('The front door.'),
    admin: z
      .strictObject({
        listen: z.string().default('127.0.0.1:8081').describe('host:port. Needs a token, and is no public place.'),
      })
      .prefault({})
      .describe('Status, metrics and commands.'),
    cutover: z
      .strictObject({
        maxLag: duration('1s').describe('The bridge must be closer than this before a fence.'),
        maxFence: duration('2s').describe('A fence that takes longer is abandoned.'),
        maxVerifyAge: duration('10m').describe('The last clean pass must be younger.'),
        lease: duration('2s').describe('How long the orchestrator may be silent.'),
      })
      .prefault({})
      .describe('Limits of every cutover and rollback.'),
    sensitive: z.array(z.string()).default([]).describe('schema.table.column values masked everywhere.'),
    state: z
      .union([
        z.strictObject({
          store: z.literal('sqlite').describe('One file, for one machine.'),
          file: z.string().default('.overgrow/state.db').describe('Path, relative to the manifest.'),
        }),
        z.strictObject({
          store: z.literal('postgresql').describe('For processes on several machines.'),
          url: databaseUrl.describe('The store makes a schema of its own in it.'),
        }),
      ])
      .prefault({ store: 'sqlite' })
      .describe('Where phases, weights, positions, leases and the journal are kept.'),
  })
  .describe('overgrow.yaml');

/** The manifest as the parts use it. */
export type Manifest = z.output<typeof manifestSchema>;
/** The manifest as people write it. */
export type ManifestInput = z.input<typeof manifestSchema>;
export type RouteSpec = Manifest['routes'][number];
export type ReplicationSpec = Manifest['replication'][number];
export type TableMappingSpec = ReplicationSpec['tables'][string];
