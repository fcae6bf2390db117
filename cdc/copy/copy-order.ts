/** `child` has a foreign key to `parent`; both are `schema.table`. */
export interface ForeignKey {
  readonly child: string;
  readonly parent: string;
}

/** Parents before children, otherwise as given. Tables that refer to each other in a circle keep their order. */
export function orderByForeignKeys(tables: readonly string[], keys: readonly ForeignKey[]): string[] {
  const ordered: string[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (table: string): void => {
    if (state.has(table)) return;
    state.set(table, 'visiting');
    for (const key of keys) {
      if (key.child === table && tables.includes(key.parent)) visit(key.parent);
    }
    state.set(table, 'done');
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return ordered;
}
