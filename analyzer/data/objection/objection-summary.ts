import type { SymbolPath } from '../../source/module-summary.ts';
import type { TableTexts } from '../query-builder/table-argument.ts';
import type { ObjectShape } from '../object-shape/object-shape.ts';

/** A class with a `tableName`. */
export interface ObjectionModel {
  /** Its unit's name. */
  readonly name: string;
  readonly table: TableTexts;
  readonly relations: readonly ObjectionRelation[];
  readonly line: number;
}

export interface ObjectionRelation {
  readonly name: string;
  /** `belongsTo` keeps the foreign key here. */
  readonly kind: 'belongsTo' | 'has' | 'manyToMany';
  /** From `join.to`, `'persons.id'`. */
  readonly table: string;
  /** The join table of `join.through`. */
  readonly through: string | undefined;
}

/** `Model.query()…`, `row.$query()…`, `row.$relatedQuery('pets')…`. */
export interface ObjectionQuery {
  readonly unit: string;
  readonly model: SymbolPath;
  /** Names that `$relatedQuery` and `relatedQuery` go to. */
  readonly related: string | undefined;
  readonly modes: readonly ('read' | 'write')[];
  /** Relation expressions of joins and fetched graphs: `[pets, children.pets]`, or an object. */
  readonly graphs: readonly ObjectShape[];
  /** The graph is written: `insertGraph(object)`. */
  readonly written: ObjectShape | undefined;
  readonly at: number;
  readonly line: number;
}

export interface ObjectionFound {
  readonly models: readonly ObjectionModel[];
  readonly queries: readonly ObjectionQuery[];
}
