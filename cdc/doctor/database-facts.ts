/** What the preflight asks one database; the checks decide on it without asking again. */
export interface DatabaseFacts {
  readonly side: 'monolith' | 'service';
  readonly database: string;
  readonly role: string;
  readonly versionNumber: number;
  /** Tells two databases of the same name apart: the server's start and the database's oid. */
  readonly identity: string;
  readonly walLevel: string;
  readonly maxSlots: number;
  readonly usedSlots: number;
  readonly maxWalSenders: number;
  readonly usedWalSenders: number;
  /** The slot of this context stands already, so that none has to be made. */
  readonly prepared: boolean;
  readonly superuser: boolean;
  readonly mayReplicate: boolean;
  readonly mayCreate: boolean;
  readonly maySetReplicationRole: boolean;
  readonly tables: readonly TableFacts[];
  readonly triggers: readonly TriggerFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  readonly transactions: readonly TransactionFacts[];
}

export interface TableFacts {
  /** `schema.table`. */
  readonly name: string;
  readonly owner: string;
  /** Whether the bridge's role may do what the owner may. */
  readonly memberOfOwner: boolean;
}

export interface TriggerFacts {
  readonly table: string;
  readonly name: string;
  /** `pg_trigger.tgenabled`: O origin, R replica, A always. Disabled ones are left out. */
  readonly enabled: string;
  /** Source text of its function. */
  readonly body: string;
}

export interface ForeignKeyFacts {
  readonly name: string;
  readonly child: string;
  readonly columns: readonly string[];
  readonly parent: string;
  /** What it does to children on its own: a delete or update that goes on into them. */
  readonly cascades: boolean;
}

/** A transaction that a slot's creation would wait for. */
export interface TransactionFacts {
  /** Null for a prepared transaction. */
  readonly pid: number | null;
  readonly prepared: string | null;
  readonly application: string | null;
  readonly role: string | null;
  readonly ageMs: number | null;
  readonly queryStart: string | null;
}
