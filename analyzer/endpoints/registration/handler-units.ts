import type { FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { handlersIn } from '../handlers-in.ts';
import type { RouteRecord } from './router.ts';
import { functionsIn, type FunctionValue, type Item } from './values.ts';

type Handled = Pick<FoundEndpoint, 'handlers' | 'module' | 'stretch'>;

/** The units that answer a route, nearest first, and where the handler is written when it has no unit of its own. */
export function createHandlerUnits(project: Project): (record: RouteRecord) => Handled {
  return (record) => {
    const units: string[] = [];
    let inline: FunctionValue | undefined;
    for (const handler of record.handlers) {
      const values = functionsIn(handler.value);
      for (const value of values) {
        if (value.kind === 'function') {
          inline ??= value;
          units.push(...unitsOfFunction(value));
        } else if (value.kind === 'class') {
          if (value.code.unit !== undefined) units.push(unitId(value.module, value.code.unit));
        } else if (value.kind === 'symbol') {
          const target = project.linker.follow(value.module, value.path);
          if (target?.kind === 'unit') units.push(unitId(target.module, target.unit));
        }
      }
      if (values.length === 0) units.push(...handlersIn(project, handler.module, handler.from, handler.to));
    }
    const written = inline ?? record.handlers[0];
    return {
      handlers: [...new Set(units)].filter((unit) => unit !== record.module),
      module: written?.module ?? record.module,
      ...(written === undefined ? {} : { stretch: stretchOf(written) }),
    };
  };

  function unitsOfFunction({ module, code }: FunctionValue): string[] {
    // A function without a name belongs to what is around it: only what stands in it is its own.
    return code.named ? [unitId(module, code.unit)] : handlersIn(project, module, code.from, code.to);
  }
}

function stretchOf(written: FunctionValue | Item): { readonly from: number; readonly to: number } {
  return 'code' in written ? { from: written.code.from, to: written.code.to } : { from: written.from, to: written.to };
}
