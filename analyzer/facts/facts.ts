/**
 * Facts: what is true about a monolith, whoever found it out. The extractor of this package writes this document and the
 * decomposition reads it; a Java or PHP extractor or a trace collector may write it as well. Format: docs/reference/facts.md.
 */

export type UnitKind = 'module' | 'class' | 'function';

/** The smallest thing that is placed. A module's id is its path below the analysed folder; a function's is `module#name`. */
export interface Unit {
  readonly id: string;
  readonly kind?: UnitKind;
  /** The module that holds it. */
  readonly parent?: string;
  readonly lines?: number;
  readonly name?: string;
  /** Words of its names and of its folder-free vocabulary, lower case, most telling ones only. */
  readonly terms?: readonly string[];
  /** Who CODEOWNERS says it belongs to. */
  readonly owners?: readonly string[];
  /** `file:line`. */
  readonly place?: string;
}

export type EntityKind = 'table' | 'view' | 'collection' | 'key' | 'file' | 'host' | 'queue';

export interface Entity {
  readonly id: string;
  readonly kind?: EntityKind;
  /** Entities that its foreign keys point to. */
  readonly references?: readonly string[];
  readonly place?: string;
}

export type DependencyKind = 'import' | 'type' | 'call' | 'inherit' | 'inject' | 'event';

export interface Dependency {
  readonly from: string;
  readonly to: string;
  readonly kind: DependencyKind;
  readonly count?: number;
  readonly place?: string;
  /** Barrels that the import names, when `to` is the module behind them that defines what is imported. */
  readonly through?: readonly string[];
}

export type AccessMode = 'read' | 'write';

export interface Access {
  readonly unit: string;
  readonly entity: string;
  readonly mode: AccessMode;
  readonly count?: number;
  /** Accesses with the same id happen in one database transaction. */
  readonly transaction?: string;
  readonly place?: string;
  /** The routine (procedure) that does it on behalf of the unit. */
  readonly via?: string;
}

export type EndpointKind = 'http' | 'graphql' | 'rpc' | 'message' | 'job' | 'command' | 'socket';

/** One access of a trace: mode, entity, how often in a row. */
export type SequenceStep = readonly [AccessMode, string, number];

export interface Endpoint {
  readonly id: string;
  readonly kind?: EndpointKind;
  /** The units it reaches, nearest first. */
  readonly units?: readonly string[];
  readonly guards?: readonly string[];
  readonly place?: string;
  readonly traffic?: { readonly perDay?: number; readonly p99Ms?: number };
  readonly sequences?: readonly (readonly SequenceStep[])[];
}

export type RoutineKind = 'trigger' | 'procedure' | 'view';

/** Code that lives in the database. A trigger or view is `on` an entity; a view's entity has the id of the view. */
export interface Routine {
  readonly id: string;
  readonly kind?: RoutineKind;
  readonly on?: string;
  readonly accesses?: readonly (readonly [AccessMode, string])[];
  readonly place?: string;
}

export interface SideEffect {
  readonly entity: string;
  readonly kind: 'hook' | 'cache' | 'search' | 'mail' | 'job' | 'webhook' | 'file';
  readonly unit: string;
  readonly place?: string;
}

export interface Observed {
  readonly by: string;
  readonly role?: string;
  readonly entity: string;
  readonly mode: AccessMode;
  readonly perDay?: number;
}

export interface Together {
  readonly entities: readonly string[];
  readonly perDay?: number;
  readonly by?: string;
}

export interface Change {
  readonly units: readonly string[];
  readonly authors?: readonly string[];
  readonly at?: string;
}

/** Something that is there and could not be known. Never silently nothing. */
export interface Unresolved {
  readonly place: string;
  readonly what: 'import' | 'endpoint' | 'sql' | 'call';
  readonly text?: string;
  readonly reason?: string;
}

export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export interface Facts {
  readonly version: 1;
  readonly source?: string;
  readonly units?: readonly Unit[];
  readonly entities?: readonly Entity[];
  readonly dependencies?: readonly Dependency[];
  readonly accesses?: readonly Access[];
  readonly endpoints?: readonly Endpoint[];
  readonly routines?: readonly Routine[];
  readonly sideEffects?: readonly SideEffect[];
  readonly observed?: readonly Observed[];
  readonly together?: readonly Together[];
  readonly changes?: readonly Change[];
  readonly unresolved?: readonly Unresolved[];
  readonly skipped?: readonly Skipped[];
}
