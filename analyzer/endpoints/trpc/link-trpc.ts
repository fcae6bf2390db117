import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { findBinding } from '../../dependencies/find-binding.ts';
import { step } from '../../source/resolve-local.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import { handlersOf } from '../handlers.ts';
import type { TrpcRouter, TrpcSummary, TrpcValue } from './trpc-summary.ts';

interface Placed<T> {
  readonly module: string;
  readonly value: T;
}

/** Procedures with their full names, from the routers that nobody nests downwards. */
export function linkTrpc(found: ReadonlyMap<string, TrpcSummary>, project: Project): Findings {
  const { linker, modules } = project;
  const nested = new Set<string>();
  const routers = new Map<string, Placed<TrpcRouter>>();
  for (const [module, { values }] of found) {
    for (const [name, value] of values) {
      if (value.kind === 'router' && isTrpc(module, value.maker)) routers.set(`${module}#${name}`, { module, value });
    }
  }
  for (const { module, value } of routers.values()) markNested(module, value);
  const endpoints = new Map<string, FoundEndpoint>();
  for (const [id, { module, value }] of routers) if (!nested.has(id)) visit(module, value, '', [], new Set([id]));
  return { endpoints: [...endpoints.values()] };

  function visit(
    module: string,
    router: TrpcRouter,
    prefix: string,
    guards: readonly string[],
    seen: ReadonlySet<string>,
  ): void {
    for (const { key, value, line } of router.entries) enter(module, value, prefix + key, line, guards, seen);
    for (const merged of router.merged) {
      const start = prefix + merged.prefix;
      for (const { id, module: from, value } of resolve(module, merged.value)) {
        if (value.kind === 'router' && (id === '' || !seen.has(id)))
          visit(from, value, start, guards, new Set(seen).add(id));
      }
    }
  }

  function enter(
    module: string,
    value: TrpcValue,
    name: string,
    line: number,
    guards: readonly string[],
    seen: ReadonlySet<string>,
  ): void {
    for (const { id, module: from, value: known } of resolve(module, value)) {
      if (known.kind === 'router') {
        // A router that is written in place has no name, and can't hold itself.
        if (id === '' || !seen.has(id)) visit(from, known, `${name}.`, guards, new Set(seen).add(id));
        continue;
      }
      if (known.kind !== 'procedure') continue;
      const all = [...new Set([...guards, ...known.guards])];
      const handlers = handlersOf(project, from, known.handler);
      const place = from === module ? `${module}:${line}` : `${from}:${lineOf(id) ?? line}`;
      endpoints.set(`${known.operation} ${name}`, {
        id: `${known.operation} ${name}`,
        kind: 'rpc',
        ...handlers,
        module: from,
        ...(all.length === 0 ? {} : { guards: all }),
        place,
      });
    }
  }

  function lineOf(id: string): number | undefined {
    const [module = '', name = ''] = id.split('#');
    return modules.get(module)?.units.find((unit) => unit.name === name)?.line;
  }

  /** A value as it is, or what its name leads to. */
  function resolve(module: string, value: TrpcValue): { id: string; module: string; value: TrpcValue }[] {
    if (value.kind !== 'reference') return [{ id: '', module, value }];
    const binding = findBinding(modules, linker, module, value.path);
    if (binding !== undefined) return named(binding.module, [binding.name, ...binding.steps], 0);
    // A whole module, as `lazy` takes it: the routers that it exports.
    const target = linker.follow(module, value.path);
    if (target?.kind !== 'module') return [];
    return [...routers].flatMap(([id, placed]) => (placed.module === target.module ? [{ id, ...placed }] : []));
  }

  /** `orders`, or `orders.list` of a router or of a function's result. */
  function named(
    module: string,
    names: readonly string[],
    depth: number,
  ): { id: string; module: string; value: TrpcValue }[] {
    const [name = '', ...steps] = names;
    const id = `${module}#${name}`;
    const value = found.get(module)?.values.get(name);
    if (value === undefined) {
      const held = modules.get(module)?.values.get([name, ...steps].join('.')) ?? modules.get(module)?.values.get(name);
      const binding = held === undefined || depth > 6 ? undefined : findBinding(modules, linker, module, held);
      return binding === undefined || (binding.module === module && binding.name === name)
        ? []
        : named(binding.module, [binding.name, ...binding.steps], depth + 1);
    }
    const [first] = steps;
    if (first === undefined || first === '()') return [{ id, module, value }];
    const entry = value.kind === 'router' ? value.entries.find(({ key }) => key === first) : undefined;
    return entry === undefined ? [] : resolve(module, entry.value);
  }

  function markNested(module: string, router: TrpcRouter): void {
    for (const value of [...router.entries, ...router.merged].map((part) => part.value)) {
      if (value.kind === 'router') markNested(module, value);
      else for (const { id } of value.kind === 'reference' ? resolve(module, value) : []) nested.add(id);
    }
  }

  function isTrpc(module: string, maker: SymbolPath): boolean {
    return [maker, step(maker, '()')].some((path) => {
      const target = linker.follow(module, path);
      return target?.kind === 'external' && /^@?trpc\b/.test(target.specifier);
    });
  }
}
