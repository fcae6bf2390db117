import path from 'node:path';
import type { Machine } from './machine.ts';
import { nativeNamed } from './natives.ts';
import { alternatives, textValue, unknown, type Environment, type Value } from './values.ts';
import type { Pattern } from './program.ts';
import { repositoryRoot } from './repository-root.ts';

/** A name: a variable, an import of its module, or one of those that every module has. */
export function lookupName(name: string, scope: Environment, machine: Machine): Value {
  for (let at: Environment | undefined = scope; at !== undefined; at = at.parent) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  const imported = machine.programs.get(scope.module)?.imports.get(name);
  if (imported !== undefined) return machine.required(scope.module, textValue(imported.specifier), imported.name);
  if (name === '__dirname') return textValue(path.posix.join(repositoryRoot, path.posix.dirname(scope.module)));
  if (name === '__filename') return textValue(path.posix.join(repositoryRoot, scope.module));
  return nativeNamed(name) ?? unknown;
}

/** Gives a value to the names of a pattern. */
export function bind(pattern: Pattern, value: Value, scope: Environment, machine: Machine): void {
  const given =
    value.kind === 'unknown' && pattern.kind !== 'list' && pattern.fallback !== undefined
      ? machine.evaluate(pattern.fallback, scope)
      : value;
  switch (pattern.kind) {
    case 'name':
      scope.names.set(pattern.name, given);
      return;
    case 'record':
      for (const field of pattern.fields) bind(field.pattern, machine.member(given, field.key), scope, machine);
      if (pattern.rest !== undefined) scope.names.set(pattern.rest, given);
      return;
    case 'list':
      pattern.items.forEach((item, index) => {
        if (item === undefined) return;
        const [first] = alternatives(given);
        bind(item, first?.kind === 'list' ? (first.items[index]?.value ?? unknown) : unknown, scope, machine);
      });
  }
}
