import type { Findings, Project } from '../../adapters/adapter.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { createClassIndex, type KnownClass } from '../decorated/class-index.ts';
import { expandDecorators, type AppliedDecorator, type ComposedDecorators } from '../decorated/expand-decorators.ts';
import { guardName, linkApplications, type Application } from './applications.ts';
import { controllerEndpoints, type NestContext } from './controllers.ts';
import { linkModuleGraph } from './module-graph.ts';
import type { NestSummary } from './nest-summary.ts';
import { otherEndpoints } from './other-handlers.ts';
import type { InjectionSummary } from '../../wiring/injection/injection-summary.ts';

/** Entry points of a NestJS application, as it registers them when it starts. */
export function linkNest(found: ReadonlyMap<string, NestSummary>, project: Project): Findings {
  if (found.size === 0) return {};
  const unresolved: Unresolved[] = [];
  const composed = composedDecorators(found);
  const expand = (module: string, decorators: Parameters<typeof expandDecorators>[1]) =>
    expandDecorators(module, decorators, project, composed);
  const ofClass = new Map<KnownClass, readonly AppliedDecorator[]>();
  const decoratorsOf = (known: KnownClass): readonly AppliedDecorator[] => {
    const before = ofClass.get(known);
    if (before !== undefined) return before;
    const decorators = expand(known.module, known.record.decorators);
    ofClass.set(known, decorators);
    return decorators;
  };
  const index = createClassIndex(project);
  const graph = linkModuleGraph(found, project, index, decoratorsOf);
  const context: NestContext = {
    project,
    index,
    graph,
    found,
    decoratorsOf,
    decoratorsOn: ({ member, owner }) => expand(owner.module, member.decorators),
    guardsOf: (decorators) =>
      decorators.flatMap(({ package: from, name, arguments: values }) =>
        from === '@nestjs/common' && name === 'UseGuards' ? values.flatMap(guardName) : [],
      ),
  };
  const guards = appGuards(project);
  const applications = linkApplications(found, project, index, graph, unresolved).map((application): Application => ({
    ...application,
    guards: [...guards, ...application.guards],
  }));
  return {
    endpoints: [
      ...controllerEndpoints(context, applications, unresolved),
      ...otherEndpoints(context, applications, unresolved),
    ],
    unresolved,
  };
}

function composedDecorators(found: ReadonlyMap<string, NestSummary>): ComposedDecorators {
  return new Map(
    [...found].flatMap(([module, { composed }]) =>
      [...composed].map(([unit, calls]) => [`${module}#${unit}`, calls] as const),
    ),
  );
}

/** `{ provide: APP_GUARD, useClass: RolesGuard }` guards every handler. */
function appGuards({ modules }: Project): string[] {
  return [...modules.values()].flatMap(({ found }) => {
    // Providers are what the adapter for injection collects.
    const injection = found.get('injection') as InjectionSummary | undefined;
    return (injection?.providers ?? []).flatMap(({ token, given }) =>
      token.kind === 'reference' && token.path.root.kind === 'import' && token.path.root.name === 'APP_GUARD'
        ? guardName(given.value)
        : [],
    );
  });
}
