import type { Project } from '../../adapters/adapter.ts';
import type { TextPiece } from '../../source/module-summary.ts';
import { resolveText, type ResolvedText } from '../../source/resolve-text.ts';
import type { ExternalValue } from '../stores/store-client.ts';
import type { Expression, ModuleValues } from './expression.ts';
import { findExport, type Definition } from './find-definition.ts';
import { several, type Environment, type Value } from './value.ts';

export interface DefinitionEvaluator {
  valueOf(definition: Definition | undefined): Value;
  unitValue(module: string, unit: string): Value;
  environmentOf(module: string): Environment;
  /** What `require` of a text gives that is partly known: one of the modules that fit. */
  required(pieces: readonly TextPiece[], module: string): Value;
}

/** What a definition found in a module stands for. */
export function createDefinitionEvaluator(
  project: Project,
  valuesOf: ReadonlyMap<string, ModuleValues>,
  through: {
    readonly evaluate: (expression: Expression, environment: Environment) => Value;
    readonly member: (value: Value, name: string) => Value;
    readonly external: (value: ExternalValue) => Value;
  },
): DefinitionEvaluator {
  const plain = new Map<string, Environment>();
  const unitKinds = new Map<string, Map<string, 'class' | 'function'>>();

  const environmentOf = (module: string): Environment => {
    const before = plain.get(module);
    if (before !== undefined) return before;
    const made = { module };
    plain.set(module, made);
    return made;
  };

  const valueOf = (definition: Definition | undefined): Value => {
    if (definition === undefined) return undefined;
    if (definition.kind === 'external')
      return through.external({ kind: 'external', package: definition.package, names: definition.names });
    const { module } = definition;
    const start =
      definition.kind === 'namespace'
        ? ({ kind: 'namespace', module } as const)
        : definition.kind === 'unit'
          ? unitValue(module, definition.name)
          : bindingValue(module, definition.name);
    return definition.steps.reduce<Value>((value, name) => through.member(value, name), start);
  };

  const unitValue = (module: string, unit: string): Value => ({
    kind: unitKind(module, unit),
    module,
    unit,
    environment: environmentOf(module),
  });

  const unitKind = (module: string, unit: string): 'class' | 'function' => {
    let kinds = unitKinds.get(module);
    if (kinds === undefined) {
      kinds = new Map((project.modules.get(module)?.units ?? []).map((one) => [one.name, one.kind]));
      unitKinds.set(module, kinds);
    }
    return kinds.get(unit) ?? 'function';
  };

  const bindingValue = (module: string, name: string): Value => {
    const expression = valuesOf.get(module)?.bindings.get(name);
    return expression === undefined ? { kind: 'named', name } : through.evaluate(expression, environmentOf(module));
  };

  const required = (pieces: readonly TextPiece[], module: string): Value => {
    const candidates = resolveText(module, pieces, project.linker).flatMap((text) =>
      fittingModules(module, text, project.modules),
    );
    return several(candidates.slice(0, 12).map((id) => valueOf(findExport(project.modules, project.linker, id, '='))));
  };

  return { valueOf, unitValue, environmentOf, required };
}

/** The modules that `'../data/' + name + '/index.js'` may name. */
function fittingModules(from: string, text: ResolvedText, modules: ReadonlyMap<string, unknown>): string[] {
  const [first] = text;
  if (first === undefined || !first.startsWith('.') || text.every((piece) => piece !== undefined)) return [];
  const folder = from.split('/').slice(0, -1);
  const parts: string[] = [];
  for (const part of [...folder, ...first.split('/')]) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  const escaped = [parts.join('/'), ...text.slice(1)].map((piece) =>
    piece === undefined ? '[^/]+' : piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  const pattern = new RegExp(`^${escaped.join('')}(?:\\.[cm]?[jt]s|/index\\.[cm]?[jt]s)?$`);
  return [...modules.keys()].filter((id) => id !== from && pattern.test(id));
}
