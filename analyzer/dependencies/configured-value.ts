import path from 'node:path';
import { staticKey, unwrap, type Node } from '../source/syntax-tree.ts';

/** What a configuration file says without being run. `undefined` stands where only running it would tell. */
export type ConfiguredValue =
  | string
  | boolean
  | readonly ConfiguredValue[]
  | { readonly [key: string]: ConfiguredValue }
  | undefined;

const maxDepth = 12;

/** Constants of a configuration file's top level, by name. */
export type Constants = ReadonlyMap<string, Node>;

/**
 * Reads an expression of a configuration file in `folder`: literals, objects, arrays, constants, and the ways in which paths are
 * written (`path.resolve(__dirname, 'src')`, `fileURLToPath(new URL('./src', import.meta.url))`).
 */
export function configuredValue(node: Node, folder: string, constants: Constants, depth = 0): ConfiguredValue {
  if (depth > maxDepth) return undefined;
  const inner = unwrap(node);
  const read = (child: Node) => configuredValue(child, folder, constants, depth + 1);
  switch (inner.type) {
    case 'Literal':
      if (inner.value instanceof RegExp) return inner.value.source;
      return typeof inner.value === 'string' || typeof inner.value === 'boolean' ? inner.value : undefined;
    case 'TemplateLiteral': {
      const parts = inner.quasis.flatMap((quasi, index) => {
        const expression = inner.expressions[index];
        return [quasi.value.cooked ?? '', ...(expression === undefined ? [] : [read(expression)])];
      });
      return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined;
    }
    case 'BinaryExpression': {
      const [left, right] = [read(inner.left), read(inner.right)];
      return inner.operator === '+' && typeof left === 'string' && typeof right === 'string' ? left + right : undefined;
    }
    case 'ArrayExpression':
      return inner.elements.map((element) => (element === null ? undefined : read(element)));
    case 'ObjectExpression': {
      const entries = inner.properties.flatMap((property): [string, ConfiguredValue][] => {
        if (property.type === 'SpreadElement') {
          const spread = read(property.argument);
          return isConfiguredRecord(spread) ? Object.entries(spread) : [];
        }
        const key = staticKey(property.key, property.computed);
        return key === undefined ? [] : [[key, read(property.value)]];
      });
      return Object.fromEntries(entries);
    }
    case 'Identifier': {
      if (inner.name === '__dirname') return folder;
      const constant = constants.get(inner.name);
      return constant === undefined ? undefined : read(constant);
    }
    case 'MemberExpression': {
      const name = staticKey(inner.property, inner.computed);
      if (inner.object.type === 'MetaProperty')
        return name === 'dirname' ? folder : name === 'url' ? `${folder}/.` : undefined;
      const object = read(inner.object);
      return name !== undefined && isConfiguredRecord(object) ? object[name] : undefined;
    }
    case 'NewExpression':
    case 'CallExpression':
      return pathOf(inner, folder, read);
    default:
      return undefined;
  }
}

/** Calls that give a path. Of the names only the last counts: `path.resolve`, `resolve`, `url.fileURLToPath`. */
function pathOf(
  call: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>,
  folder: string,
  read: (node: Node) => ConfiguredValue,
): ConfiguredValue {
  const callee = unwrap(call.callee);
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression'
        ? staticKey(callee.property, callee.computed)
        : undefined;
  const values = call.arguments.map(read);
  const texts = values.filter((value) => typeof value === 'string');
  const known = texts.length === values.length && texts.length > 0;
  switch (name) {
    case 'cwd':
      return folder;
    case 'resolve':
      if (!known) return undefined;
      return path.posix.resolve(folder, ...texts);
    case 'join':
      return known ? path.posix.join(...texts) : undefined;
    case 'dirname':
      return known ? path.posix.dirname(texts[0] ?? '') : undefined;
    case 'URL':
      return known
        ? path.posix.resolve(texts[1] === undefined ? folder : path.posix.dirname(texts[1]), texts[0] ?? '')
        : undefined;
    case 'fileURLToPath':
    case 'String':
    case 'normalizePath':
      return texts[0];
    default:
      return undefined;
  }
}

export function isConfiguredRecord(value: ConfiguredValue): value is { readonly [key: string]: ConfiguredValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
