import type { Findings, FoundAccess, Project } from '../../adapters/adapter.ts';
import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { resolveShape, type NamedShapes } from '../object-shape/named-shapes.ts';
import { callAccesses } from './call-accesses.ts';
import { indexModels } from './model-index.ts';
import { isPlain } from './operations.ts';
import type { PrismaSchema } from './prisma-schema.ts';
import type { PrismaCall, PrismaFound } from './prisma-summary.ts';

const clientNames = /prisma|^(?:tx|trx|t|db|client|orm|database|transaction|conn|connection)$/i;
const clientTypes = /prisma|TransactionClient$/i;

/** Joins the calls with the models of the schema. Nothing without a schema: then these calls are someone else's. */
export function linkPrisma(found: ReadonlyMap<string, PrismaFound>, { modules, linker }: Project): Findings {
  const schemas = new Map<string, PrismaSchema>();
  const shapes = new Map<string, NamedShapes>();
  for (const [path, one] of found) {
    if (one.kind === 'schema') schemas.set(path, one.schema);
    else shapes.set(path, one.shapes);
  }
  const index = indexModels(schemas);
  const accesses: FoundAccess[] = [];
  const unresolved: Unresolved[] = [];
  for (const [module, one] of found) {
    if (one.kind === 'module') for (const call of one.calls) readCall(module, call);
  }
  return { entities: index.entities, accesses, unresolved };

  function readCall(module: string, call: PrismaCall): void {
    const place = `${module}:${call.line}`;
    if (call.model === undefined) {
      if (schemas.size > 0 && clientNames.test(call.holder.name ?? '') && isClient(module, call.holder, linker))
        unresolved.push({ place, what: 'sql', text: call.operation, reason: 'The model is only named at run time.' });
      return;
    }
    const model = index.model(call.model, module);
    // `db.query.users.findMany()` is Drizzle's.
    if (model === undefined || call.holder.name === 'query') return;
    if (isPlain(call.operation) && !isClient(module, call.holder, linker)) return;
    const args = resolveShape(module, call.args, linker, (other) => shapes.get(other));
    const { unit, at, line } = call;
    for (const [mode, entity] of callAccesses(model, call.operation, args))
      accesses.push({ module, unit, entity, mode, at, line });
  }

  /** By its name, its type, or because it is an instance of the generated client or of a class that extends it. */
  function isClient(module: string, holder: PrismaCall['holder'], symbols: SymbolLinker): boolean {
    if (clientNames.test(holder.name ?? '') || clientTypes.test(holder.type ?? '')) return true;
    const { path } = holder;
    if (path === undefined) return false;
    if (path.root.kind === 'import' && clientTypes.test(path.root.specifier)) return true;
    const target = symbols.follow(module, path);
    if (target?.kind !== 'unit' || (target.steps.length > 0 && target.steps[0] !== 'new')) return false;
    return extendsClient(target.module, target.unit, new Set());
  }

  function extendsClient(module: string, unit: string, seen: Set<string>): boolean {
    const parent = modules.get(module)?.values.get(`${unit}.…super`);
    if (parent === undefined || seen.has(`${module} ${unit}`)) return false;
    seen.add(`${module} ${unit}`);
    if (parent.root.kind === 'import' && (parent.root.name === 'PrismaClient' || parent.steps.includes('PrismaClient')))
      return true;
    const target = linker.follow(module, parent);
    return target?.kind === 'unit' && extendsClient(target.module, target.unit, seen);
  }
}
