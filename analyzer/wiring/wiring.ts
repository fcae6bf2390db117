import type { Bindings, SymbolLinker } from '../dependencies/link-symbols.ts';
import type { ModuleSummary } from '../source/module-summary.ts';
import { bindFields } from './injection/bind-fields.ts';
import { injection } from './injection/index.ts';
import type { InjectionSummary } from './injection/injection-summary.ts';

/** What the linker must know before any call is followed: the classes behind fields, interfaces and tokens. */
export function wiringOf(modules: ReadonlyMap<string, ModuleSummary>, linker: SymbolLinker): Bindings {
  const found = new Map<string, InjectionSummary>();
  for (const [id, { found: collected }] of modules) {
    // Only this adapter's `collect` put it there.
    const own = collected.get(injection.name) as InjectionSummary | undefined;
    if (own !== undefined) found.set(id, own);
  }
  return bindFields(found, { modules, linker }).bindings;
}
