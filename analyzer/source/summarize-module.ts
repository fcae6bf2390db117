import { adapters } from '../adapters/adapters.ts';
import { collectExports } from '../dependencies/collect-exports.ts';
import { collectImports } from '../dependencies/collect-imports.ts';
import { collectClasses } from './collect-classes.ts';
import { collectTexts } from './collect-texts.ts';
import { collectTransactions } from '../transactions/collect-transactions.ts';
import { buildModuleTree, type ModuleTree } from './module-tree.ts';
import type { ModuleSummary, ReferenceRecord, SymbolPath, TextPiece } from './module-summary.ts';
import { createLineIndex, type LineIndex } from './place.ts';
import { recordValue } from './record-value.ts';
import { pathOf, step } from './resolve-local.ts';
import { annotatedType, classOf, lookup, unitOf, type Scope } from './scopes.ts';
import { isClass, staticKey, unwrap, type Node, type ParsedModule } from './syntax-tree.ts';
import { termsOf } from './vocabulary.ts';

/** Everything that later steps ask of one module, so that its tree can be let go. */
export function summarizeModule(
  id: string,
  text: string,
  parsed: Extract<ParsedModule, { kind: 'parsed' }>,
): ModuleSummary {
  const lines = createLineIndex(text);
  const tree = buildModuleTree(parsed.program, lines);
  const values = new Map<string, SymbolPath>();
  const texts = new Map<string, readonly TextPiece[]>();
  collectTopLevel(tree, values, texts);
  collectFields(tree, values);
  collectReturned(tree, values);
  collectTexts(tree, texts);
  return {
    id,
    lines: text === '' ? 0 : lines.lines,
    ...collectImports(parsed.program, parsed.comments, lines),
    ...collectExports(parsed.program, tree, values, texts),
    units: tree.units,
    values,
    texts,
    references: collectReferences(tree, lines),
    classes: collectClasses(tree, lines),
    unitStarts: unitStarts(tree),
    packageNames: packageNames(tree),
    terms: termsOf(namesOf(tree)),
    transactions: collectTransactions(tree, lines),
    ...collectAll(tree, lines, id),
  };
}

/** An adapter that stumbles over code nobody foresaw costs what it would have found, not the module. */
function collectAll(tree: ModuleTree, lines: LineIndex, id: string): Pick<ModuleSummary, 'found' | 'faults'> {
  const found = new Map<string, unknown>();
  const faults: string[] = [];
  for (const adapter of adapters) {
    try {
      const own = adapter.collect(tree, lines, id);
      if (own !== undefined) found.set(adapter.name, own);
    } catch (error) {
      faults.push(`${adapter.name} could not read it: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { found, faults };
}

function collectReferences(tree: ModuleTree, lines: { lineAt(at: number): number }): ReferenceRecord[] {
  const references: ReferenceRecord[] = [];
  for (const { node, scope, call } of tree.chains) {
    const path = pathOf(node, scope, tree);
    if (path === undefined || path.root.kind === 'parameter' || path.root.kind === 'binding') continue;
    const unit = unitOf(scope);
    if (path.root.kind === 'unit' && path.root.name === unit && path.steps.length === 0) continue;
    references.push({
      unit,
      path,
      at: node.start,
      line: lines.lineAt(node.start),
      ...(call === undefined
        ? {}
        : {
            arguments: call.arguments.map((argument) => (argument.type === 'Identifier' ? argument.name : undefined)),
          }),
    });
  }
  return references;
}

function unitStarts(tree: ModuleTree): (readonly [number, string])[] {
  return [...tree.scopeOf].flatMap(([node, scope]) =>
    scope.unit === undefined ? [] : [[node.start, scope.unit] as const],
  );
}

function packageNames(tree: ModuleTree): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind === 'import') names.set(name, declaration.specifier);
      const required =
        declaration.kind === 'value' && declaration.init !== undefined
          ? pathOf(declaration.init, tree.module, tree)
          : undefined;
      if (required?.root.kind === 'import') names.set(name, required.root.specifier);
    }
  }
  return names;
}

/** Declared names count more than used ones: they are what the module is about. */
function namesOf(tree: ModuleTree): Map<string, number> {
  const names = new Map(tree.identifiers);
  for (const unit of tree.units) names.set(unit.name, (names.get(unit.name) ?? 0) + 3);
  for (const name of tree.module.declarations.keys()) names.set(name, (names.get(name) ?? 0) + 1);
  return names;
}

function collectTopLevel(
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
  texts: Map<string, readonly TextPiece[]>,
): void {
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
      recordValue(name, declaration.init, tree.module, tree, values, texts);
    }
  }
}

/** What `this.field` holds: constructor parameters, initial values, assignments in the constructor, declared types. */
function collectFields(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const [node, scope] of tree.scopeOf) {
    if (!isClass(node) || scope.unit === undefined) continue;
    if (node.superClass !== null) {
      const parent = pathOf(node.superClass, scope, tree);
      if (parent !== undefined) values.set(`${scope.unit}.…super`, parent);
    }
    for (const member of node.body.body) {
      if (member.type === 'PropertyDefinition') {
        const name = staticKey(member.key, member.computed);
        const path = member.value === null ? typePath(annotatedType(member), tree) : pathOf(member.value, scope, tree);
        if (name !== undefined && path !== undefined) values.set(`${scope.unit}.${name}`, path);
      } else if (member.type === 'MethodDefinition' && member.kind === 'constructor') {
        for (const parameter of member.value.params) {
          if (parameter.type !== 'TSParameterProperty') continue;
          const held =
            parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
          const path = typePath(annotatedType(parameter), tree);
          if (held.type === 'Identifier' && path !== undefined) values.set(`${scope.unit}.${held.name}`, path);
        }
      }
    }
  }
  for (const { node, scope } of tree.assignments) {
    if (node.left.type !== 'MemberExpression' || node.left.object.type !== 'ThisExpression') continue;
    const name = staticKey(node.left.property, node.left.computed);
    const holder = classOf(scope)?.unit;
    const path = pathOf(node.right, scope, tree);
    if (
      name !== undefined &&
      holder !== undefined &&
      path !== undefined &&
      path.root.kind !== 'parameter' &&
      !values.has(`${holder}.${name}`)
    ) {
      values.set(`${holder}.${name}`, path);
    }
  }
}

/** What a function gives back, so that `createOrders(db).place` leads to `place`. */
function collectReturned(tree: ModuleTree, values: Map<string, SymbolPath>): void {
  for (const { node, scope } of tree.returns) {
    if (scope.unit === undefined) continue;
    const inner = unwrap(node);
    if (inner.type === 'ObjectExpression') {
      for (const property of inner.properties) {
        if (property.type !== 'Property') continue;
        const key = staticKey(property.key, property.computed);
        const path = pathOf(property.value, scope, tree);
        if (key !== undefined && path !== undefined && path.root.kind !== 'parameter')
          values.set(`${scope.unit}.().${key}`, path);
      }
    } else {
      const returned = inner.type === 'Identifier' ? localObject(inner, scope, tree, values) : undefined;
      const path = returned ?? pathOf(inner, scope, tree);
      if (path !== undefined && path.root.kind !== 'parameter') values.set(`${scope.unit}.()`, path);
    }
  }
}

/** `const api = {}; api.save = function () {…}; return api;` */
function localObject(
  name: Extract<Node, { type: 'Identifier' }>,
  scope: Scope,
  tree: ModuleTree,
  values: Map<string, SymbolPath>,
): undefined {
  const declaration = lookup(scope, name.name, name.start);
  if (
    declaration?.kind !== 'value' ||
    declaration.init === undefined ||
    unwrap(declaration.init).type !== 'ObjectExpression'
  )
    return;
  const add = (key: string | undefined, value: Node, within: Scope) => {
    const path = key === undefined ? undefined : pathOf(value, within, tree);
    if (path !== undefined && path.root.kind !== 'parameter') values.set(`${unitOf(scope)}.().${key ?? ''}`, path);
  };
  const init = unwrap(declaration.init);
  if (init.type === 'ObjectExpression') {
    for (const property of init.properties)
      if (property.type === 'Property') add(staticKey(property.key, property.computed), property.value, scope);
  }
  for (const { node, scope: within } of tree.assignments) {
    const { left } = node;
    if (left.type !== 'MemberExpression' || left.object.type !== 'Identifier' || left.object.name !== name.name)
      continue;
    if (lookup(within, name.name, left.start) === declaration)
      add(staticKey(left.property, left.computed), node.right, within);
  }
}

function typePath(name: string | undefined, tree: ModuleTree): SymbolPath | undefined {
  const declaration = name === undefined ? undefined : lookup(tree.module, name, Number.MAX_SAFE_INTEGER);
  if (declaration?.kind === 'import')
    return { root: { kind: 'import', specifier: declaration.specifier, name: declaration.name }, steps: ['new'] };
  if (declaration?.kind !== 'class' || declaration.scope.unit === undefined) return undefined;
  return step({ root: { kind: 'unit', name: declaration.scope.unit }, steps: [] }, 'new');
}
