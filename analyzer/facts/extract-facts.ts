import { linkAdapters } from '../adapters/link-adapters.ts';
import { adapters } from '../adapters/adapters.ts';
import { createSymbolLinker } from '../dependencies/link-symbols.ts';
import { callEdges, importEdges, unitId } from '../dependencies/edges.ts';
import type { Resolution } from '../dependencies/module-resolver-source.ts';
import { createReach } from '../dependencies/reach.ts';
import { createCatalogue, type Catalogue } from '../data/sql/catalogue.ts';
import { createSqlParser, type SqlParser } from '../data/sql/postgres-parser.ts';
import { splitStatements } from '../data/sql/split-statements.ts';
import type { OwnersOf } from '../history/code-owners.ts';
import { readCodeOwners } from '../history/code-owners-files.ts';
import { readHistory } from '../history/git-log-process.ts';
import { finishEndpoints } from '../endpoints/finish-endpoints.ts';
import type { ModuleSummary } from '../source/module-summary.ts';
import { createModuleReader } from '../source/module-reader-source.ts';
import { readModules } from '../source/read-modules.ts';
import { openSummaryCache } from '../source/summary-cache-store.ts';
import { threadsToUse } from '../source/worker-pool-process.ts';
import { createLineIndex } from '../source/place.ts';
import { listRepository, readText } from '../source/repository-files.ts';
import { separatePackages } from '../source/own-packages.ts';
import { wiringOf } from '../wiring/wiring.ts';
import { linkTransactions } from '../transactions/link-transactions.ts';
import { finishAccesses } from './finish-accesses.ts';
import type { Access, Entity, Facts, Routine, Skipped, Unit, Unresolved } from './facts.ts';
import { sortFacts } from './sort-facts.ts';

/** Called now and then while files are read. `step` is what is being done; `done` of `total` files. */
export type Progress = (event: {
  readonly step: 'read' | 'link' | 'decompose';
  readonly done: number;
  readonly total: number;
}) => void;

export interface ExtractOptions {
  readonly progress?: Progress;
  /** Where summaries of modules are kept from one run to the next; none are when absent. */
  readonly cacheFolder?: string;
  /** Reads what changed together, and who owns what, from git and CODEOWNERS. */
  readonly history?: boolean;
  /** Threads that read modules; as many as the machine has processors, up to eight, when absent. The facts are the same. */
  readonly threads?: number;
}

/**
 * Reads a TypeScript or JavaScript repository into facts. Needs no configuration and opens no socket. What it cannot read,
 * parse or resolve is in `skipped` and `unresolved`. Errors: `ANALYZE_NO_FOLDER`.
 */
export async function extractFacts(root: string, options: ExtractOptions = {}): Promise<Facts> {
  const files = await listRepository(
    root,
    (file) => file === 'overgrow.yaml' || adapters.some((adapter) => adapter.files?.pattern.test(file) === true),
  );
  const unresolved: Unresolved[] = [];
  const cache = options.cacheFolder === undefined ? undefined : await openSummaryCache(options.cacheFolder);
  const read = createModuleReader({
    root: files.root,
    threads: options.threads ?? threadsToUse(),
    cache,
    onRead: (done, total) => options.progress?.({ step: 'read', done, total }),
  });
  const { modules, resolver, skipped: unread } = await readModules(files, read);
  await cache?.save();
  const skipped: Skipped[] = [...files.skipped, ...unread];
  options.progress?.({ step: 'link', done: 0, total: modules.size });

  const resolve = (module: string, specifier: string): Resolution => {
    const resolution = resolver.resolve(module, specifier);
    return resolution.kind === 'module' && !modules.has(resolution.id) ? { kind: 'external' } : resolution;
  };
  const unwired = createSymbolLinker(modules, resolve);
  const matching = (module: string, pattern: string) => resolver.matching(module, pattern);
  const separate = files.others.includes('overgrow.yaml')
    ? separatePackages([...modules.keys()], files.packages, importEdges(modules, unwired, matching).dependencies)
    : [];
  const isSeparate = (file: string) => separate.some((folder) => file.startsWith(folder));
  for (const folder of separate)
    skipped.push({ path: folder.slice(0, -1), reason: 'a package of its own that nothing else imports' });
  for (const id of modules.keys()) if (isSeparate(id)) modules.delete(id);
  const linker = createSymbolLinker(modules, resolve, wiringOf(modules, unwired));
  const imports = importEdges(modules, linker, matching);

  const parser = await createSqlParser();
  const catalogue = createCatalogue(parser, (place, reason) => unresolved.push({ place, what: 'sql', reason }));
  for (const file of files.sql) {
    if (!isSeparate(file)) unresolved.push(...(await readScript(files.root, file, parser, catalogue, skipped)));
  }

  const other = await readOtherFiles(
    files.root,
    files.others.filter((file) => !isSeparate(file)),
    skipped,
  );
  const found = linkAdapters({ modules, linker, parser, catalogue }, other);
  const calls = [...callEdges(modules, linker), ...found.dependencies];
  const accesses = finishAccesses(found.accesses, linkTransactions(modules, linker, found.transactions));
  const routines = [...catalogue.routines(), ...found.routines];
  options.progress?.({ step: 'link', done: modules.size, total: modules.size });

  const history = options.history === true ? await readHistory(files.root, modules) : undefined;
  if (history?.remark !== undefined) skipped.push({ path: '.git', reason: history.remark });
  const ownersOf = options.history === true ? await readCodeOwners(files.root) : undefined;

  return sortFacts({
    version: 1,
    source: 'overgrow analyze',
    units: unitsOf(modules, ownersOf),
    entities: entitiesOf([...catalogue.entities(), ...found.entities], accesses, routines),
    dependencies: [...imports.dependencies, ...calls],
    accesses,
    endpoints: finishEndpoints(found.endpoints, found.accesses, createReach(calls)),
    routines,
    ...(found.sideEffects.length === 0 ? {} : { sideEffects: found.sideEffects }),
    ...(history === undefined || history.changes.length === 0 ? {} : { changes: history.changes }),
    unresolved: [...unresolved, ...imports.unresolved, ...found.unresolved],
    skipped,
  });
}

async function readScript(
  root: string,
  file: string,
  parser: SqlParser,
  catalogue: Catalogue,
  skipped: Skipped[],
): Promise<Unresolved[]> {
  const read = await readText(root, file);
  if (read.kind === 'unreadable') {
    skipped.push({ path: file, reason: read.reason });
    return [];
  }
  const lines = createLineIndex(read.text);
  return splitStatements(read.text).flatMap(({ text, at }): Unresolved[] => {
    const place = `${file}:${lines.lineAt(at)}`;
    const parsed = parser.parse(text);
    if (parsed.kind === 'failed')
      return [{ place, what: 'sql', text: text.slice(0, 120), reason: `PostgreSQL's parser says: ${parsed.message}.` }];
    for (const statement of parsed.statements) catalogue.define(statement, text, place);
    return [];
  });
}

function unitsOf(modules: ReadonlyMap<string, ModuleSummary>, ownersOf: OwnersOf = () => []): Unit[] {
  const owned = (id: string) => {
    const owners = ownersOf(id);
    return owners.length === 0 ? {} : { owners };
  };
  return [...modules.values()].flatMap((summary): Unit[] => [
    {
      id: summary.id,
      kind: 'module',
      lines: summary.lines,
      name: stemOf(summary.id),
      terms: summary.terms,
      ...owned(summary.id),
      place: `${summary.id}:1`,
    },
    ...summary.units.map((unit): Unit => ({
      id: unitId(summary.id, unit.name),
      kind: unit.kind,
      parent: summary.id,
      lines: unit.lines,
      name: unit.name,
      place: `${summary.id}:${unit.line}`,
    })),
  ]);
}

/** Files that adapters read beside modules: what each found, by its name and the file's path. */
async function readOtherFiles(
  root: string,
  files: readonly string[],
  skipped: Skipped[],
): Promise<Map<string, Map<string, unknown>>> {
  const found = new Map<string, Map<string, unknown>>();
  for (const file of files) {
    const read = await readText(root, file);
    if (read.kind === 'unreadable') {
      skipped.push({ path: file, reason: read.reason });
      continue;
    }
    for (const adapter of adapters) {
      const own = adapter.files?.pattern.test(file) === true ? adapter.files.read(read.text, file) : undefined;
      if (own !== undefined)
        found.set(adapter.name, (found.get(adapter.name) ?? new Map<string, unknown>()).set(file, own));
    }
  }
  return found;
}

/** Entities by id, what two sources say of one joined, and those that are only named. */
function entitiesOf(defined: readonly Entity[], accesses: readonly Access[], routines: readonly Routine[]): Entity[] {
  const byId = new Map<string, Entity>();
  for (const entity of defined) {
    const before = byId.get(entity.id);
    const references = [...new Set([...(before?.references ?? []), ...(entity.references ?? [])])];
    byId.set(entity.id, { ...entity, ...before, ...(references.length === 0 ? {} : { references }) });
  }
  const known = [...byId.values()];
  const ids = new Set(byId.keys());
  const named = new Set([
    ...accesses.map((access) => access.entity),
    ...known.flatMap((entity) => entity.references ?? []),
  ]);
  for (const routine of routines) {
    for (const [, entity] of routine.accesses ?? []) named.add(entity);
    if (routine.on !== undefined) named.add(routine.on);
  }
  return [...known, ...[...named].filter((id) => !ids.has(id)).map((id): Entity => ({ id, kind: 'table' }))];
}

function stemOf(id: string): string {
  return (id.split('/').at(-1) ?? id).replace(/\.[^.]+$/, '');
}
