import { pluralize } from 'inflection';
import { qualify } from '../sql/statement-accesses.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument } from '../values/value.ts';

/** Options of `define` and `init` that decide the table, and those that `new Sequelize(…, { define })` gives to all models. */
export interface NamingDefaults {
  readonly freezeTableName: boolean;
  readonly underscored: boolean;
  readonly schema: string | undefined;
}

export const plainNaming: NamingDefaults = { freezeTableName: false, underscored: false, schema: undefined };

/** The table of a model as Sequelize names it: `tableName`, or its name in the plural (and in snake case when `underscored`). */
export function tableOf(name: string, options: Argument | undefined, defaults: NamingDefaults, ask: Evaluator): string {
  const schema = ask.text(ask.property(options, 'schema')) ?? defaults.schema;
  const written = ask.property(options, 'tableName');
  const table = ask.text(written) ?? ask.text(ask.property(written, 'tableName'));
  if (table !== undefined) return qualify(ask.text(ask.property(written, 'schema')) ?? schema, table);
  const frozen = ask.constant(ask.property(options, 'freezeTableName')) ?? defaults.freezeTableName;
  if (frozen === true) return qualify(schema, name);
  const snake = ask.constant(ask.property(options, 'underscored')) ?? defaults.underscored;
  const plural = pluralize(name);
  return qualify(schema, snake === true ? underscored(plural) : plural);
}

export function namingDefaults(options: Argument | undefined, ask: Evaluator): NamingDefaults {
  const define = ask.property(options, 'define');
  return {
    freezeTableName: ask.constant(ask.property(define, 'freezeTableName')) === true,
    underscored: ask.constant(ask.property(define, 'underscored')) === true,
    schema: ask.text(ask.property(define, 'schema')) ?? ask.text(ask.property(options, 'schema')),
  };
}

function underscored(name: string): string {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase();
}
