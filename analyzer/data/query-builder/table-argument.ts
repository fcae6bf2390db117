import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { TextPiece } from '../../source/module-summary.ts';
import type { ModuleTree } from '../../source/module-tree.ts';
import { resolveText } from '../../source/resolve-text.ts';
import { lookup, type Scope } from '../../source/scopes.ts';
import { isFunction, unwrap, type Node } from '../../source/syntax-tree.ts';
import { textPieces } from '../../source/text-pieces.ts';
import { qualify } from '../sql/statement-accesses.ts';

/** What a builder is told to take from: names of tables as texts. */
export type TableTexts = readonly (readonly TextPiece[])[];

/**
 * `'orders as o'`, `TABLES.orders`, `` `${TABLE} as t` ``, `['a', 'b']`, `{ o: 'orders' }`. A subquery, a raw expression and a callback
 * name no table here: what is in them is found where it is written.
 */
export function tableTexts(node: Node | undefined, scope: Scope, tree: ModuleTree, depth = 0): TableTexts {
  if (node === undefined || depth > 6) return [];
  const inner = unwrap(node);
  switch (inner.type) {
    case 'Literal':
      return typeof inner.value === 'string' ? [[{ kind: 'text', text: inner.value }]] : [];
    case 'TemplateLiteral':
    case 'BinaryExpression':
      return [textPieces(inner, scope, tree)];
    case 'ConditionalExpression':
      return [
        ...tableTexts(inner.consequent, scope, tree, depth + 1),
        ...tableTexts(inner.alternate, scope, tree, depth + 1),
      ];
    case 'ArrayExpression':
      return inner.elements.flatMap((element) => tableTexts(element ?? undefined, scope, tree, depth + 1));
    case 'ObjectExpression':
      return inner.properties.flatMap((property) =>
        property.type === 'Property' ? tableTexts(property.value, scope, tree, depth + 1) : [],
      );
    case 'MemberExpression':
      return [textPieces(inner, scope, tree)];
    case 'Identifier': {
      const declaration = lookup(scope, inner.name, inner.start);
      if (declaration?.kind === 'value' && declaration.init !== undefined && declaration.keys.length === 0) {
        const init = unwrap(declaration.init);
        // A subquery, a callback, or something that is built elsewhere.
        if (init.type === 'CallExpression' || isFunction(init)) return [];
        if (
          init.type === 'ConditionalExpression' ||
          init.type === 'ObjectExpression' ||
          init.type === 'ArrayExpression'
        )
          return tableTexts(init, declaration.scope, tree, depth + 1);
      }
      return [textPieces(inner, scope, tree)];
    }
    default:
      return [];
  }
}

export interface NamedTables {
  readonly tables: readonly { readonly entity: string; readonly name: string }[];
  /** Some name is only known at run time. */
  readonly unknown: boolean;
}

/** The tables that texts name, without their aliases. */
export function namedTables(module: string, texts: TableTexts, linker: SymbolLinker, schema?: string): NamedTables {
  const tables = new Map<string, string>();
  let unknown = false;
  for (const pieces of texts) {
    for (const variant of resolveText(module, pieces, linker)) {
      const name = tableName(variant);
      if (name === undefined) unknown = true;
      else tables.set(entityOf(name, schema), name);
    }
  }
  return { tables: [...tables].map(([entity, name]) => ({ entity, name })), unknown };
}

const named =
  /^\s*["`[]?([A-Za-z_][\w$-]*)["`\]]?(?:\.["`[]?([A-Za-z_][\w$-]*)["`\]]?)?(?:\.["`[]?([A-Za-z_][\w$-]*)["`\]]?)?(?:\s+(?:as\s+)?\S+)?\s*$/i;

/** A private-use character, which stands in no name. */
const hole = '\uE000';

/** A hole behind the name may be an alias; one in the name makes it unknown. */
function tableName(variant: readonly (string | undefined)[]): string | undefined {
  const text = variant.map((piece) => piece ?? hole).join('');
  const bare = text.replace(/\s(?:as\s+)?\uE000\s*$/i, '');
  const match = bare.includes(hole) ? null : named.exec(bare);
  return match === null
    ? undefined
    : match
        .slice(1, 4)
        .filter((part) => part !== undefined)
        .slice(-2)
        .join('.');
}

function entityOf(name: string, schema: string | undefined): string {
  const [first = '', second] = name.split('.');
  return second === undefined ? qualify(schema, first) : qualify(first, second);
}
