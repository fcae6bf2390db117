import type { FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { handlersIn } from '../handlers-in.ts';
import type { RouteRecord } from './router.ts';
import { functionsIn, type Environment, type FunctionValue, type Item, type Value } from './values.ts';

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
          units.push(...handedIn(value).flatMap(unitsOf), ...unitsOf(value));
        } else units.push(...unitsOf(value));
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

  function unitsOf(value: Value): string[] {
    switch (value.kind) {
      case 'function': {
        const { module, code } = value;
        // A function without a name belongs to what is around it: only what stands in it is its own.
        return code.named ? [unitId(module, code.unit)] : handlersIn(project, module, code.from, code.to);
      }
      case 'class':
        return value.code.unit === undefined ? [] : [unitId(value.module, value.code.unit)];
      case 'symbol': {
        const target = project.linker.follow(value.module, value.path);
        return target?.kind === 'unit' ? [unitId(target.module, target.unit)] : [];
      }
      default:
        return [];
    }
  }
}

/** A helper that registers for others often answers itself, by what it was handed: `route('/x', handler)`. */
function handedIn(value: FunctionValue): Value[] {
  return value.code.uses.flatMap((name) => {
    for (let at: Environment | undefined = value.scope; at !== undefined; at = at.parent) {
      const held = at.names.get(name);
      if (held !== undefined) return functionsIn(held);
    }
    return [];
  });
}

function stretchOf(written: FunctionValue | Item): { readonly from: number; readonly to: number } {
  return 'code' in written ? { from: written.code.from, to: written.code.to } : { from: written.from, to: written.to };
}
