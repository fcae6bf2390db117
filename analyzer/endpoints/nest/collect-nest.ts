import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { unitOf } from '../../source/scopes.ts';
import { staticValue, type StaticCall, type StaticObject, type StaticValue } from '../../source/static-value.ts';
import { lastName, staticKey, unwrap } from '../../source/syntax-tree.ts';
import type { NestSummary } from './nest-summary.ts';

const settingNames = new Set(['setGlobalPrefix', 'enableVersioning', 'useGlobalGuards', 'listen']);

/** Start, dynamic modules, composed decorators. Classes with their decorators are read for everybody. */
export function collectNest(tree: ModuleTree, lines: LineIndex): NestSummary | undefined {
  if (!importsNest(tree)) return undefined;
  const composed = new Map<string, readonly StaticCall[]>();
  const roots: StaticValue[] = [];
  const settings: { call: StaticCall; line: number }[] = [];
  const routes: StaticCall[] = [];
  for (const { node, scope } of tree.calls) {
    const name = lastName(node.callee);
    if (name === undefined) continue;
    const read = () => {
      const value = staticValue(node, scope, tree);
      return value.kind === 'call' ? value : undefined;
    };
    if (name === 'applyDecorators') {
      const call = read();
      const parts = (call?.arguments ?? []).flatMap((part) => (part.kind === 'list' ? part.items : [part]));
      composed.set(unitOf(scope), [
        ...(composed.get(unitOf(scope)) ?? []),
        ...parts.filter((part) => part.kind === 'call'),
      ]);
    } else if (settingNames.has(name)) {
      const call = read();
      if (call !== undefined) settings.push({ call, line: lines.lineAt(node.start) });
    } else if (name === 'register' || name === 'create') {
      const object = unwrap(node.callee);
      const holder = object.type === 'MemberExpression' ? lastName(object.object) : undefined;
      const call = holder === 'RouterModule' || holder === 'NestFactory' ? read() : undefined;
      if (call === undefined) continue;
      const [root] = call.arguments;
      if (holder === 'RouterModule') routes.push(call);
      else if (root !== undefined) roots.push(root);
    }
  }
  const lists = listsOf(tree);
  const dynamicModules = dynamicModulesOf(tree);
  const empty =
    composed.size + lists.size + roots.length + settings.length + routes.length + dynamicModules.length === 0;
  return empty ? undefined : { composed, lists, dynamicModules, roots, settings, routes };
}

function importsNest(tree: ModuleTree): boolean {
  for (const [, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind !== 'import') continue;
      if (/nest/i.test(declaration.specifier) || /^Nest|Module$|^applyDecorators$|Controller$/.test(declaration.name))
        return true;
    }
  }
  return false;
}

function listsOf(tree: ModuleTree): Map<string, StaticValue> {
  const lists = new Map<string, StaticValue>();
  for (const [name, declarations] of tree.module.declarations) {
    for (const { declaration } of declarations) {
      if (declaration.kind !== 'value' || declaration.init === undefined || declaration.keys.length > 0) continue;
      const init = unwrap(declaration.init);
      if (
        init.type === 'ArrayExpression' &&
        init.elements.some((element) => element !== null && element.type !== 'Literal')
      )
        lists.set(name, staticValue(init, tree.module, tree));
    }
  }
  return lists;
}

function dynamicModulesOf(tree: ModuleTree): StaticObject[] {
  return tree.objects.flatMap(({ node, scope }) => {
    const keys = new Set(
      node.properties.flatMap((property) =>
        property.type === 'Property' ? [staticKey(property.key, property.computed)] : [],
      ),
    );
    if (!keys.has('module') || !(keys.has('controllers') || keys.has('imports'))) return [];
    const value = staticValue(node, scope, tree);
    return value.kind === 'object' ? [value] : [];
  });
}
