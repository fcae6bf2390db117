import type { AnalysisReport } from '@overgrow/analyzer';
import { Document } from 'yaml';

export interface DraftOptions {
  readonly monolithUrl: string;
  /** Folder of the source, relative to the manifest. */
  readonly source: string;
}

/**
 * A manifest from an analysis, for people to correct and commit. Every candidate context is drafted with its units and
 * tables; the one to extract first also with a service, a route and its replication, as comments say.
 */
export function draftManifest(report: AnalysisReport, { monolithUrl, source }: DraftOptions): string {
  const named = report.contexts.filter((context) => context.entities.length > 0);
  const first = named.find((context) => context.verdict === 'extract-first');
  const tables = (entities: readonly string[]) => entities.filter((entity) => /^[^.\s]+\.[^.\s]+$/.test(entity));
  const content = {
    version: 1,
    monolith: { url: monolithUrl, source, database: '${MONOLITH_DATABASE_URL}' },
    contexts: Object.fromEntries(
      named.map((context) => [
        slug(context.name),
        {
          units: [...new Set(context.units.map((unit) => unit.split('#')[0] ?? unit))],
          entities: tables(context.entities),
          ...(context === first ? { service: slug(context.name) } : {}),
        },
      ]),
    ),
    ...(first === undefined
      ? {}
      : {
          services: { [slug(first.name)]: { url: 'http://127.0.0.1:4001', database: '${SERVICE_DATABASE_URL}' } },
          routes: draftRoutes(slug(first.name), first.endpoints),
          replication: [
            {
              context: slug(first.name),
              tables: Object.fromEntries(tables(first.entities).map((table) => [table, table])),
            },
          ],
        }),
    state: { store: 'sqlite' },
  };
  const document = new Document(content);
  document.commentBefore = [
    ' yaml-language-server: $schema=./overgrow.schema.json',
    ' A draft from `overgrow analyze`. Read it, correct it, commit it.',
    first === undefined
      ? ' No context is ready to be taken out first; see the report for why.'
      : ` ${slug(first.name)} is drafted as the first to take out: ${first.reason}`,
  ].join('\n');
  return document.toString({ lineWidth: 120 });
}

/** One route for the context: the longest literal prefixes of its HTTP endpoints. */
function draftRoutes(context: string, endpoints: readonly string[]): unknown[] {
  const prefixes = new Set(
    endpoints.flatMap((endpoint) => {
      const path = /^[A-Z]+ (\/\S*)$/.exec(endpoint)?.[1];
      if (path === undefined) return [];
      const literal = path.split('/').slice(1);
      const end = literal.findIndex((segment) => /[:*{(]/.test(segment));
      return [`/${literal.slice(0, end < 0 ? literal.length : end).join('/')}`];
    }),
  );
  const shortest = [...prefixes].filter(
    (prefix) =>
      prefix !== '/' &&
      ![...prefixes].some((other) => other !== prefix && other !== '/' && prefix.startsWith(`${other}/`)),
  );
  if (shortest.length === 0) return [];
  return [{ name: context, context, matches: shortest.toSorted().map((prefix) => ({ path: { prefix } })) }];
}

function slug(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(words) ? words : `context-${words}`;
}
