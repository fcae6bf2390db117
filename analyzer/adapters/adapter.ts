import type {
  AccessMode,
  Dependency,
  Endpoint,
  Entity,
  EnvironmentKey,
  Routine,
  SideEffect,
  State,
  Unresolved,
} from '../facts/facts.ts';
import type { SymbolLinker } from '../dependencies/link-symbols.ts';
import type { Catalogue } from '../data/sql/catalogue.ts';
import type { SqlParser } from '../data/sql/sql-parser.ts';
import type { ModuleSummary } from '../source/module-summary.ts';
import type { ModuleTree } from '../source/module-tree.ts';
import type { UnitEffect } from '../side-effects/effects-of-writes.ts';
import type { LineIndex } from '../source/place.ts';

/**
 * What the analyzer knows of one framework, ORM or bus: one pure function that reads a module's tree into a few records, and
 * one that joins the records of all modules. `Found` goes through the cache and between threads: plain data, Maps and Sets only.
 * How to write one: docs/how-to/add-an-adapter.md.
 */
export interface Adapter<Found> {
  /** The name of its folder, unique among all adapters. */
  readonly name: string;
  /** Reads one module. Undefined when it holds nothing of this kind, which must be cheap to say. */
  readonly collect: (tree: ModuleTree, lines: LineIndex, moduleId: string) => Found | undefined;
  /** Reads files that are no modules (Prisma's schema); their findings come to `link` beside those of modules. */
  readonly files?: {
    readonly pattern: RegExp;
    readonly read: (text: string, path: string) => Found | undefined;
  };
  /** Joins what all modules (and files) said, by module id (and path). */
  readonly link: (found: ReadonlyMap<string, Found>, project: Project) => Findings;
}

/** What linking may ask. */
export interface Project {
  readonly modules: ReadonlyMap<string, ModuleSummary>;
  readonly linker: SymbolLinker;
  readonly parser: SqlParser;
  /** The database as .sql files, and adapters before this one, defined it. Definitions may be added. */
  readonly catalogue: Catalogue;
}

export interface Findings {
  readonly endpoints?: readonly FoundEndpoint[];
  readonly accesses?: readonly FoundAccess[];
  readonly transactions?: readonly FoundTransaction[];
  readonly entities?: readonly Entity[];
  readonly routines?: readonly Routine[];
  /** Injection, inheritance and events that only the framework knows. They count when reached units are sought. */
  readonly dependencies?: readonly Dependency[];
  readonly sideEffects?: readonly SideEffect[];
  /** What units do beside their writes; it becomes a side effect of what they write. */
  readonly effects?: readonly UnitEffect[];
  readonly states?: readonly State[];
  readonly environment?: readonly EnvironmentKey[];
  readonly unresolved?: readonly Unresolved[];
}

/** An endpoint before it is known what it reaches. */
export interface FoundEndpoint extends Omit<Endpoint, 'units'> {
  /** Units that answer it, nearest first. None: it is said of the module at `module` alone. */
  readonly handlers: readonly string[];
  readonly module: string;
  /** Where the handler is written, by offset: what is accessed in there, in whatever unit, belongs to the endpoint. */
  readonly stretch?: { readonly from: number; readonly to: number };
}

/** One access in the source, before its transaction is known. `at` is the offset in the module. */
export interface FoundAccess {
  readonly module: string;
  /** Name of the unit within the module, `''` for its top level. */
  readonly unit: string;
  readonly entity: string;
  readonly mode: AccessMode;
  readonly at: number;
  readonly line: number;
  readonly via?: string;
}

/** Code that runs in one transaction: a stretch of a module (a callback), or a whole unit (it says BEGIN, or is decorated). */
export type FoundTransaction =
  | {
      readonly kind: 'stretch';
      readonly module: string;
      readonly unit: string;
      readonly from: number;
      readonly to: number;
      /** The name of its client; functions that are handed it run in the transaction too. */
      readonly client: string | undefined;
      readonly line: number;
    }
  | { readonly kind: 'unit'; readonly module: string; readonly unit: string };

/** An adapter whose records only it can read. */
export type AnyAdapter = Adapter<unknown>;

/** Seals an adapter: what it collects comes back to its own `link` and to nobody else. */
export function sealAdapter<Found>(adapter: Adapter<Found>): AnyAdapter {
  return {
    name: adapter.name,
    collect: adapter.collect,
    ...(adapter.files === undefined ? {} : { files: adapter.files }),
    // Only this adapter's `collect` and `read` filled the map under its name.
    link: (found, project) => adapter.link(found as ReadonlyMap<string, Found>, project),
  };
}
