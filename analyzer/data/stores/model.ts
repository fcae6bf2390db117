import type { EntityKind } from '../../facts/facts.ts';

/** A class or value that stands for one table or collection. */
export interface Model {
  readonly client: string;
  /** The name that it is registered or declared by. */
  readonly name: string;
  /** The id of its entity. */
  entity: string;
  readonly kind: EntityKind;
  readonly module: string;
  /** The class that declares it. */
  readonly unit?: string;
  line: number;
  /** Members (or aliases) that lead to other models. */
  readonly relations: Map<string, Relation>;
  /** Declared, but perhaps only a part of others: it counts when something uses it. */
  implied?: boolean;
  /** Entities that its foreign keys point to. */
  readonly references: Set<string>;
}

export interface Relation {
  readonly target: () => Model | undefined;
  /** `belongs`: the foreign key is in the owner; `through`: in a table between the two. */
  readonly kind?: 'belongs' | 'one' | 'many' | 'through';
  /** The table between the two. */
  readonly through?: () => string | undefined;
  /** Its table is said on the other side. */
  readonly inverse?: boolean;
  /** Written and removed with its owner. */
  readonly cascade?: boolean;
  /** Read whenever its owner is. */
  readonly eager?: boolean;
}
