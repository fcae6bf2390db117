import type { FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { handlersIn } from '../handlers-in.ts';
import type { ExportedHandler } from './exported-handlers.ts';

/** The endpoints that one exported handler of a route file answers. */
export function fileEndpoints(
  module: string,
  handler: ExportedHandler,
  methods: readonly string[],
  path: string,
  project: Project,
): FoundEndpoint[] {
  const { stretch, line, guards } = handler;
  const exported = project.modules.get(module)?.exports.get(handler.name);
  const target = exported === undefined ? undefined : project.linker.follow(module, exported);
  const own = target?.kind === 'unit' ? [unitId(target.module, target.unit)] : [];
  const inside = stretch === undefined ? [] : handlersIn(project, module, stretch.from, stretch.to);
  // Behind a wrapper, the exported value is only what the wrapper gives back: what stands in it answers.
  const isWrapper = target?.kind === 'unit' && target.module !== module;
  const others = inside.filter((unit) => !own.includes(unit));
  const handlers = isWrapper ? [...others, ...own] : [...own, ...others];
  return methods.map((method) => ({
    id: `${method} ${path}`,
    kind: 'http',
    handlers,
    module,
    ...(stretch === undefined ? {} : { stretch }),
    ...(guards.length === 0 ? {} : { guards }),
    place: `${module}:${line}`,
  }));
}
