import type { Comment } from 'oxc-parser';
import type { ImportRecord } from '../source/module-summary.ts';
import type { LineIndex } from '../source/place.ts';
import { childrenOf, staticKey, unwrap, type Node } from '../source/syntax-tree.ts';
import { nameOf } from './collect-exports.ts';

type Program = Extract<Node, { type: 'Program' }>;

/** An import whose target is only known in part. `pattern` has `*` for what is not known; undefined when nothing is. */
export interface DynamicImport {
  readonly text: string;
  readonly pattern: string | undefined;
  readonly line: number;
}

export interface ModuleImports {
  readonly imports: readonly ImportRecord[];
  readonly dynamicImports: readonly DynamicImport[];
}

/**
 * Everything by which a module names another: `import`, `export from`, `import type`, `import()`, `import('…')` as a type, `require` in
 * every shape, `require.context`, `import.meta.glob`, `new URL('…', import.meta.url)`, AMD's `define`, `/// <reference path>`.
 */
export function collectImports(program: Program, comments: readonly Comment[], lines: LineIndex): ModuleImports {
  const imports: ImportRecord[] = [];
  const dynamicImports: DynamicImport[] = [];
  const add = (specifier: string, names: readonly string[], type: boolean, at: number) => {
    imports.push({ specifier, names, type, line: lines.lineAt(at) });
  };
  const addExpression = (node: Node | undefined, names: readonly string[], at: number, text: string) => {
    for (const specifier of specifiersOf(node)) {
      if (specifier !== undefined && !specifier.includes('*')) add(specifier, names, false, at);
      // `${folder}/index.js` may be anywhere: only a pattern that begins with something known is worth following.
      else
        dynamicImports.push({
          text,
          pattern: specifier !== undefined && /[\w@~.]\/.*\*/.test(specifier) ? specifier : undefined,
          line: lines.lineAt(at),
        });
    }
  };

  const requires = new Set(['require']);
  const visit = (node: Node): void => {
    switch (node.type) {
      case 'ImportDeclaration': {
        const names = node.specifiers.map((specifier) => ({
          name: importedName(specifier),
          type: node.importKind === 'type' || (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type'),
        }));
        const types = names.filter((entry) => entry.type).map((entry) => entry.name);
        const used = names.filter((entry) => !entry.type).map((entry) => entry.name);
        if (types.length > 0) add(node.source.value, types, true, node.start);
        if (used.length > 0 || names.length === 0) add(node.source.value, used, node.importKind === 'type', node.start);
        return;
      }
      case 'ExportNamedDeclaration': {
        if (node.source === null) return;
        const kindOf = (type: boolean) =>
          node.specifiers
            .filter((entry) => (node.exportKind === 'type' || entry.exportKind === 'type') === type)
            .map((entry) => nameOf(entry.local));
        const [types, used] = [kindOf(true), kindOf(false)];
        if (types.length > 0) add(node.source.value, types, true, node.start);
        if (used.length > 0 || types.length === 0) add(node.source.value, used, node.exportKind === 'type', node.start);
        return;
      }
      case 'ExportAllDeclaration':
        add(node.source.value, ['*'], node.exportKind === 'type', node.start);
        return;
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference')
          add(node.moduleReference.expression.value, ['='], node.importKind === 'type', node.start);
        return;
      case 'TSImportType':
        add(node.source.value, ['*'], true, node.start);
        return;
      case 'ImportExpression':
        addExpression(node.source, ['*'], node.start, 'import(…)');
        return;
      case 'VariableDeclarator':
        // `const load = createRequire(import.meta.url)`, `const load = require`
        if (node.id.type === 'Identifier' && node.init !== null && isRequireMaker(node.init))
          requires.add(node.id.name);
        return;
      case 'NewExpression':
        if (isModuleUrl(node)) addExpression(node.arguments[0], [], node.start, 'new URL(…)');
        else if (node.callee.type === 'Identifier' && node.callee.name === 'require')
          addExpression(node.arguments[0], ['='], node.start, 'require(…)');
        return;
      case 'CallExpression':
        visitCall(node);
        return;
      default:
    }
  };

  const visitCall = (node: Extract<Node, { type: 'CallExpression' }>): void => {
    const callee = unwrap(node.callee);
    const [first] = node.arguments;
    if (callee.type === 'Identifier') {
      if (requires.has(callee.name) && node.arguments.length > 0) {
        if (first?.type === 'ArrayExpression') addList(first, node.start);
        else addExpression(first, ['='], node.start, 'require(…)');
      } else if (callee.name === 'define') {
        const list = node.arguments.find((argument) => argument.type === 'ArrayExpression');
        if (list?.type === 'ArrayExpression' && node.arguments.length > 1) addList(list, node.start);
      } else if (isRequireMaker(callee) && first !== undefined) addExpression(first, ['='], node.start, 'require(…)');
      return;
    }
    if (callee.type === 'CallExpression' && isRequireMaker(callee))
      addExpression(first, ['='], node.start, 'require(…)');
    if (callee.type !== 'MemberExpression') return;
    const name = staticKey(callee.property, callee.computed);
    const object = unwrap(callee.object);
    if (object.type === 'Identifier' && object.name === 'module' && name === 'require')
      addExpression(first, ['='], node.start, 'require(…)');
    else if (object.type === 'Identifier' && requires.has(object.name) && name === 'resolve') {
      // A path of its own is used somehow; that of a package only says where it is.
      for (const specifier of specifiersOf(first))
        if (specifier?.startsWith('.') === true && !specifier.includes('*')) add(specifier, [], false, node.start);
    } else if (object.type === 'Identifier' && requires.has(object.name) && name === 'context') {
      const [specifier] = specifiersOf(first);
      const deep = node.arguments[1]?.type !== 'Literal' || node.arguments[1].value !== false;
      if (specifier !== undefined)
        dynamicImports.push({
          text: 'require.context(…)',
          pattern: `${specifier}/${deep ? '**/' : ''}*`,
          line: lines.lineAt(node.start),
        });
    } else if (object.type === 'MetaProperty' && (name === 'glob' || name === 'globEager' || name === 'resolve')) {
      const list = first?.type === 'ArrayExpression' ? first.elements.filter((element) => element !== null) : [first];
      for (const element of list)
        for (const specifier of specifiersOf(element)) {
          if (specifier === undefined || specifier.startsWith('!')) continue;
          if (specifier.includes('*'))
            dynamicImports.push({ text: `import.meta.${name}(…)`, pattern: specifier, line: lines.lineAt(node.start) });
          else if (specifier.startsWith('.')) add(specifier, ['*'], false, node.start);
        }
    }
  };

  const addList = (list: Extract<Node, { type: 'ArrayExpression' }>, at: number): void => {
    for (const element of list.elements) {
      const [specifier] = element === null ? [] : specifiersOf(element);
      if (specifier !== undefined && !['require', 'exports', 'module'].includes(specifier))
        add(specifier, ['='], false, at);
    }
  };

  for (const comment of comments) {
    const reference =
      comment.type === 'Line' ? /^\/\s*<reference\s+path\s*=\s*["']([^"']+)["']/.exec(comment.value)?.[1] : undefined;
    if (reference !== undefined)
      add(reference.startsWith('.') ? reference : `./${reference}`, ['*'], true, comment.start);
  }
  const pending: Node[] = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visit(node);
    const children = childrenOf(node);
    for (let index = children.length - 1; index >= 0; index--) {
      const child = children[index];
      if (child !== undefined) pending.push(child);
    }
  }
  return { imports, dynamicImports };
}

/** What a specifier may be, `*` for parts that are not known; `undefined` when nothing is. Both branches of `a ? './b' : './c'`. */
function specifiersOf(node: Node | undefined): (string | undefined)[] {
  if (node === undefined) return [undefined];
  const inner = unwrap(node);
  if (inner.type === 'ConditionalExpression')
    return [...specifiersOf(inner.consequent), ...specifiersOf(inner.alternate)];
  if (inner.type === 'LogicalExpression') return [...specifiersOf(inner.left), ...specifiersOf(inner.right)];
  const text = specifierOf(inner);
  return [text === '*' ? undefined : text];
}

function specifierOf(node: Node): string {
  const inner = unwrap(node);
  switch (inner.type) {
    case 'Literal':
      return typeof inner.value === 'string' ? inner.value : '*';
    case 'TemplateLiteral':
      return inner.quasis
        .map((quasi, index) => {
          const hole = inner.expressions[index];
          return (quasi.value.cooked ?? '') + (hole === undefined ? '' : specifierOf(hole));
        })
        .join('');
    case 'BinaryExpression':
      return inner.operator === '+' ? specifierOf(inner.left) + specifierOf(inner.right) : '*';
    case 'Identifier':
      return inner.name === '__dirname' ? '.' : '*';
    case 'MemberExpression':
      return inner.object.type === 'MetaProperty' && staticKey(inner.property, inner.computed) === 'dirname'
        ? '.'
        : '*';
    case 'CallExpression': {
      const callee = unwrap(inner.callee);
      const name = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : nameOf(callee);
      if (name === 'resolve' && callee.type === 'MemberExpression' && nameOf(callee.object) === 'require')
        return specifierOf(inner.arguments[0] ?? inner);
      if (name !== 'join' && name !== 'resolve') return '*';
      const parts = inner.arguments.map((argument) => specifierOf(argument));
      return parts[0] === '.' && parts.length > 1
        ? ['.', ...parts.slice(1).map((part) => part.replace(/^\.\//, ''))].join('/')
        : '*';
    }
    default:
      return '*';
  }
}

/** `createRequire(import.meta.url)`, or `require` itself. */
function isRequireMaker(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name === 'require';
  if (inner.type !== 'CallExpression') return false;
  const callee = unwrap(inner.callee);
  const name = callee.type === 'MemberExpression' ? staticKey(callee.property, callee.computed) : nameOf(callee);
  return name === 'createRequire';
}

/** `new URL('./worker.ts', import.meta.url)`. */
function isModuleUrl(node: Extract<Node, { type: 'NewExpression' }>): boolean {
  const [target, base] = node.arguments;
  return (
    nameOf(node.callee) === 'URL' &&
    target !== undefined &&
    // Only code: a folder or a picture is no module.
    /^\..*\.[cm]?[jt]sx?$/.test(specifiersOf(target)[0] ?? '') &&
    base?.type === 'MemberExpression' &&
    base.object.type === 'MetaProperty'
  );
}

function importedName(specifier: Extract<Node, { type: 'ImportDeclaration' }>['specifiers'][number]): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return specifier.type === 'ImportNamespaceSpecifier' ? '*' : nameOf(specifier.imported);
}
