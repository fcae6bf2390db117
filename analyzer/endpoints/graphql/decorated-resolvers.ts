import type { FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { createClassIndex } from '../decorated/class-index.ts';
import { expandDecorators, type AppliedDecorator } from '../decorated/expand-decorators.ts';
import { operationName, resolverType } from '../decorated/graphql-operations.ts';

/** Resolver classes of type-graphql, with what they inherit. Those of NestJS are the NestJS adapter's. */
export function decoratedResolvers(project: Project): FoundEndpoint[] {
  const index = createClassIndex(project);
  const typeGraphql = (module: string, decorators: Parameters<typeof expandDecorators>[1]): AppliedDecorator[] =>
    decorators.length === 0
      ? []
      : expandDecorators(module, decorators, project, new Map()).filter(({ package: from }) => from === 'type-graphql');
  return index.classes.flatMap((known) => {
    const ofClass = typeGraphql(known.module, known.record.decorators);
    const resolver = ofClass.find(({ name }) => name === 'Resolver');
    if (resolver === undefined || known.record.abstract) return [];
    const type = resolverType(project.linker, resolver);
    return index.members(known).flatMap(({ member, owner }): FoundEndpoint[] => {
      if (member.unit === undefined) return [];
      const unit = unitId(owner.module, member.unit);
      const decorators = typeGraphql(owner.module, member.decorators);
      const guards = [...new Set([...ofClass, ...decorators].flatMap(guardOf))];
      return decorators.flatMap((decorator): FoundEndpoint[] => {
        const id = operationName(project.linker, decorator, member, type);
        if (id === undefined) return [];
        const place = `${owner.module}:${decorator.line}`;
        return [
          {
            id,
            kind: 'graphql',
            handlers: [unit],
            module: owner.module,
            ...(guards.length === 0 ? {} : { guards }),
            place,
          },
        ];
      });
    });
  });
}

function guardOf({ name, arguments: values }: AppliedDecorator): string[] {
  if (name === 'Authorized') return ['Authorized'];
  if (name !== 'UseMiddleware') return [];
  return values.flatMap((value) => {
    if (value.kind === 'call') return value.name === undefined ? [] : [value.name];
    if (value.kind !== 'reference') return [];
    const { root, steps } = value.path;
    const last = steps.at(-1) ?? ('name' in root ? root.name : undefined);
    return last === undefined ? [] : [last];
  });
}
