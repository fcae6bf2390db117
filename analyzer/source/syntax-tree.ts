import { parseSync, visitorKeys, type Comment, type Node, type ParserOptions, type Program } from 'oxc-parser';
import { scriptBlocks } from './script-blocks.ts';

export type { Node };

export type ParsedModule =
  | {
      readonly kind: 'parsed';
      readonly program: Program;
      readonly comments: readonly Comment[];
      readonly faults: readonly { readonly message: string; readonly at: number }[];
    }
  | { readonly kind: 'failed'; readonly message: string; readonly at: number };

/**
 * Parses one file. The parser recovers from many errors; what it could not make sense of comes as `faults` beside the tree,
 * or as `failed` when there is no tree at all.
 */
export function parseModule(file: string, text: string): ParsedModule {
  if (/\.(?:vue|svelte)$/.test(file)) {
    const { code, lang } = scriptBlocks(text);
    return parseAs(`${file}.${lang}`, code, lang);
  }
  // Plain `.js` files hold JSX in many repositories, and the parser needs to be told.
  return parseAs(file, text, /\.[cm]?js$/.test(file) ? 'jsx' : undefined);
}

function parseAs(file: string, text: string, lang: ParserOptions['lang']): ParsedModule {
  const language = lang === undefined ? {} : { lang };
  const result = parseSync(file, text, { sourceType: 'unambiguous', ...language, preserveParens: false });
  const faults = result.errors.map((error) => ({ message: error.message, at: error.labels[0]?.start ?? 0 }));
  const first = faults[0];
  if (first !== undefined && result.program.body.length === 0) return { kind: 'failed', ...first };
  return { kind: 'parsed', program: result.program, comments: result.comments, faults };
}

/** The direct children of a node in source order of its keys. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const key of visitorKeys[node.type] ?? []) {
    const value = fields[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Takes off what changes nothing at run time: `as T`, `!`, `satisfies`, `await`, optional chains. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return unwrap(node.expression);
    case 'AwaitExpression':
      return unwrap(node.argument);
    default:
      return node;
  }
}

export type FunctionNode = Extract<
  Node,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;
export type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>;
export type CallNode = Extract<Node, { type: 'CallExpression' }>;

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

export function isClass(node: Node): node is ClassNode {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** The name of a key or member where it is written out: `a.b`, `a['b']`, `{ b: … }`. */
export function staticKey(node: Node, computed: boolean): string | undefined {
  if (!computed && (node.type === 'Identifier' || node.type === 'PrivateIdentifier')) return node.name;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The last name of what is called: `query` of `pool.query(…)`, `db.query(…)(…)`, `query(…)`. */
export function lastName(callee: Node): string | undefined {
  const inner = unwrap(callee);
  if (inner.type === 'Identifier') return inner.name;
  if (inner.type === 'MemberExpression') return staticKey(inner.property, inner.computed);
  return inner.type === 'CallExpression' ? lastName(inner.callee) : undefined;
}
