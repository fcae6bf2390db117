import path from 'node:path';
import type { ModuleSummary, SymbolPath } from '../../source/module-summary.ts';
import type { Machine } from './machine.ts';
import { insideRepository } from './package-values.ts';
import {
  alternatives,
  choiceOf,
  knownText,
  textValue,
  unknown,
  type Environment,
  type Item,
  type TextValue,
  type Value,
} from './values.ts';

export interface ModuleValues {
  readonly exported: (module: string, name: string) => Value;
  readonly required: (fromModule: string, specifier: Value, name: string) => Value;
  /** Runs a module once. */
  readonly scopeOf: (module: string) => Environment;
}

/** Modules as values: each is run once, when somebody asks for it. */
export function createModuleValues(machine: () => Machine): ModuleValues {
  const scopes = new Map<string, Environment>();
  const asked = new Set<string>();

  const scopeOf = (module: string): Environment => {
    const known = scopes.get(module);
    if (known !== undefined) return known;
    const exports: Value = { kind: 'record', fields: new Map() };
    const holder: Value = { kind: 'record', fields: new Map([['exports', nowhere(module, exports)]]) };
    const scope: Environment = {
      module,
      parent: undefined,
      names: new Map<string, Value>([
        ['module', holder],
        ['exports', exports],
      ]),
    };
    scopes.set(module, scope);
    const { state } = machine();
    const { uncertain, stack } = state;
    const frames = stack.splice(0);
    state.uncertain = 0;
    machine().run(machine().programs.get(module)?.steps ?? [], scope, []);
    state.uncertain = uncertain;
    stack.push(...frames);
    return scope;
  };

  const exported = (module: string, name: string): Value => {
    const key = `${module}\n${name}`;
    // Two modules that export each other whole.
    if (asked.has(key)) return unknown;
    asked.add(key);
    const value = find(module, name);
    asked.delete(key);
    return value;
  };

  const find = (module: string, name: string): Value => {
    const program = machine().programs.get(module);
    if (program === undefined) return unknown;
    const scope = scopeOf(module);
    const assigned = assignedExports(scope);
    if (name === '=' && assigned !== undefined) return assigned;
    if (name === '*' || name === '=') {
      const fields = new Map<string, Item>();
      for (const specifier of program.stars) {
        const all = required(module, textValue(specifier), '*');
        if (all.kind === 'record') for (const [key, item] of all.fields) if (key !== 'default') fields.set(key, item);
      }
      for (const key of program.exports.keys()) fields.set(key, nowhere(module, exported(module, key)));
      return fields.size === 0 && assigned !== undefined ? assigned : { kind: 'record', fields };
    }
    const direct = program.exports.get(name);
    if (direct?.kind === 'local') return machine().evaluate({ kind: 'name', name: direct.name }, scope);
    if (direct !== undefined) return required(module, textValue(direct.specifier), direct.name);
    if (assigned !== undefined) {
      // The default import of a CommonJS module is the module.
      if (name === 'default' && assigned.kind !== 'record') return assigned;
      const member = assigned.kind === 'record' ? assigned.fields.get(name)?.value : machine().member(assigned, name);
      return member ?? (name === 'default' ? assigned : unknown);
    }
    for (const specifier of name === 'default' ? [] : program.stars) {
      const found = required(module, textValue(specifier), name);
      if (found.kind !== 'unknown') return found;
    }
    return unknown;
  };

  const required = (fromModule: string, specifier: Value, name: string): Value =>
    choiceOf(
      alternatives(specifier).map((one) => (one.kind === 'text' ? requiredText(fromModule, one, name) : unknown)),
    );

  const requiredText = (fromModule: string, specifier: TextValue, name: string): Value => {
    const text = knownText(specifier);
    if (text === undefined) return matching(fromModule, specifier, name);
    const inside = path.posix.isAbsolute(text) ? insideRepository(text) : undefined;
    const relative = inside === undefined ? text : `./${path.posix.relative(path.posix.dirname(fromModule), inside)}`;
    const resolution = machine().project.linker.resolve(fromModule, relative);
    const path_: SymbolPath = { root: { kind: 'import', specifier: relative, name }, steps: [] };
    const data = path.posix.join(path.posix.dirname(fromModule), relative);
    if (relative.startsWith('.')) {
      const file = [data, `${data}.json`].find((one) => one.endsWith('.json') && machine().programs.has(one));
      if (file !== undefined) return exported(file, '=');
    }
    if (resolution.kind !== 'module') return { kind: 'symbol', module: fromModule, path: path_ };
    if (machine().programs.has(resolution.id)) return exported(resolution.id, name);
    return throughBarrel(resolution.id, name, 0) ?? { kind: 'symbol', module: fromModule, path: path_ };
  };

  /** A module without a program of its own may pass on one that has. */
  const throughBarrel = (module: string, name: string, depth: number): Value | undefined => {
    const summary = machine().project.modules.get(module);
    if (summary === undefined || depth > 12 || name === '=') return undefined;
    if (name === '*') return namespaceOf(module, summary, depth);
    const direct = summary.exports.get(name);
    const onward = (specifier: string, wanted: string): Value | undefined => {
      const resolution = machine().project.linker.resolve(module, specifier);
      if (resolution.kind !== 'module') return undefined;
      return machine().programs.has(resolution.id)
        ? exported(resolution.id, wanted)
        : throughBarrel(resolution.id, wanted, depth + 1);
    };
    if (direct !== undefined) {
      if (direct.root.kind !== 'import') return undefined;
      const start = onward(direct.root.specifier, direct.root.name);
      return start === undefined ? undefined : direct.steps.reduce((value, key) => machine().member(value, key), start);
    }
    for (const specifier of summary.starExports) {
      const found = onward(specifier, name);
      if (found !== undefined && found.kind !== 'unknown') return found;
    }
    return undefined;
  };

  /** All that a barrel passes on, when any of it comes from a program. */
  const namespaceOf = (module: string, summary: ModuleSummary, depth: number): Value | undefined => {
    const fields = new Map<string, Item>();
    let programmed = false;
    for (const specifier of summary.starExports) {
      const all = required(module, textValue(specifier), '*');
      if (all.kind !== 'record') continue;
      programmed = true;
      for (const [key, item] of all.fields) fields.set(key, item);
    }
    for (const [key, path_] of summary.exports) {
      const value = throughBarrel(module, key, depth + 1);
      programmed ||= value !== undefined;
      fields.set(key, nowhere(module, value ?? { kind: 'symbol', module, path: path_ }));
    }
    return programmed ? { kind: 'record', fields } : undefined;
  };

  /** `require('./routes/' + name)`: any module that fits. */
  const matching = (fromModule: string, specifier: TextValue, name: string): Value => {
    const [first] = specifier.parts;
    if (first === undefined || !/^[./]/.test(first)) return unknown;
    const start = path.posix.isAbsolute(first)
      ? insideRepository(first)
      : path.posix.join(path.posix.dirname(fromModule), first);
    if (start === undefined || start === '' || start === '.') return unknown;
    const tail = specifier.parts.slice(1).map((part) => (part === undefined ? '[^]+' : literal(part)));
    const pattern = new RegExp(
      `^${literal(first.endsWith('/') && !start.endsWith('/') ? `${start}/` : start)}${tail.join('')}(?:/index)?(?:\\.[cm]?[jt]sx?)?$`,
    );
    const fitting = [...machine().programs.keys()].filter((id) => id !== fromModule && pattern.test(id));
    return choiceOf(fitting.map((id) => exported(id, name)));
  };

  return { exported, required, scopeOf };
}

function assignedExports(scope: Environment): Value | undefined {
  const holder = scope.names.get('module');
  const value = holder?.kind === 'record' ? holder.fields.get('exports')?.value : undefined;
  return value === undefined || (value.kind === 'record' && value.of === undefined && value.fields.size === 0)
    ? undefined
    : value;
}

function nowhere(module: string, value: Value): Item {
  return { value, module, from: -1, to: -1, line: 1 };
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
