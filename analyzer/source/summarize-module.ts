import { adapters } from '../adapters/adapters.ts';
import { collectExports } from '../dependencies/collect-exports.ts';
import { collectImports } from '../dependencies/collect-imports.ts';
import { collectClasses } from './collect-classes.ts';
import { collectValues } from './collect-values.ts';
import { collectTexts } from './collect-texts.ts';
import { collectTransactions } from '../transactions/collect-transactions.ts';
import { buildModuleTree, type ModuleTree } from './module-tree.ts';
import type { ModuleSummary, ReferenceRecord, SymbolPath, TextPiece } from './module-summary.ts';
import { createLineIndex, type LineIndex } from './place.ts';
import { pathOf } from './resolve-local.ts';
import { unitOf } from './scopes.ts';
import type { ParsedModule } from './syntax-tree.ts';
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
  collectValues(tree, values, texts);
  collectTexts(tree, texts);
  return {
    id,
    lines: text === '' ? 0 : lines.lines,
    ...collectImports(parsed.program, parsed.comments, lines),
    ...collectExports(parsed.program, tree, values, texts),
    units: tree.units,
    values,
    texts,
    references: collectReferences(tree, lines, values),
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

function collectReferences(
  tree: ModuleTree,
  lines: LineIndex,
  values: ReadonlyMap<string, SymbolPath>,
): ReferenceRecord[] {
  /** A name of the module leads somewhere when it is known what it, or the member that is asked for, holds. */
  const leads = (name: string, member: string | undefined) =>
    values.has(name) || (member !== undefined && values.has(`${name}.${member}`));
  const references: ReferenceRecord[] = [];
  for (const { node, scope, call } of tree.chains) {
    const path = pathOf(node, scope, tree);
    if (path === undefined || path.root.kind === 'parameter') continue;
    if (path.root.kind === 'binding' && !leads(path.root.name, path.steps[0])) continue;
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
