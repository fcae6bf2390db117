import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import type { Unresolved } from '../../facts/facts.ts';
import { unitId } from '../../dependencies/edges.ts';
import type { ClassRecord, DecoratorRecord } from '../../source/class-records.ts';
import type { StaticValue } from '../../source/static-value.ts';
import { entryOf, itemsOf } from '../../source/static-value.ts';
import { createClassIndex, type OwnedMember } from '../decorated/class-index.ts';
import { expandDecorators, type AppliedDecorator } from '../decorated/expand-decorators.ts';
import { textOf, textsOf, unknownText } from '../decorated/values.ts';
import { joinPaths } from '../express/join-paths.ts';
import type { PrefixSummary } from './collect-prefixes.ts';
import { dialects, type Dialect } from './dialects.ts';

/** Routes on classes, outside of NestJS: `prefix + class + method`. */
export function linkRoutingControllers(found: ReadonlyMap<string, PrefixSummary>, project: Project): Findings {
  const { linker } = project;
  const index = createClassIndex(project);
  const applied = (module: string, decorators: readonly DecoratorRecord[]) =>
    decorators.length === 0 ? [] : expandDecorators(module, decorators, project, new Map());
  const unresolved: Unresolved[] = [];
  const prefix = globalPrefix();
  const endpoints = index.classes.flatMap((known) => {
    if (known.record.abstract || !mayRoute(known.record)) return [];
    const ofClass = applied(known.module, known.record.decorators);
    const dialect = dialects.find(({ packages, controllers }) =>
      ofClass.some(({ package: from, name }) => packages.includes(from) && controllers.includes(name)),
    );
    return index.members(known).flatMap((owned) => routesOf(ofClass, owned, dialect));
  });
  return { endpoints, unresolved };

  function routesOf(
    ofClass: readonly AppliedDecorator[],
    { member, owner }: OwnedMember,
    ofController: Dialect | undefined,
  ): FoundEndpoint[] {
    const unit = member.unit;
    if (unit === undefined || member.decorators.length === 0) return [];
    const decorators = applied(owner.module, member.decorators);
    return decorators.flatMap((decorator) => {
      const dialect = dialects.find(
        (candidate) =>
          candidate.packages.includes(decorator.package) &&
          Object.hasOwn(candidate.methods, decorator.name) &&
          (candidate.controllers.length === 0 || ofController === candidate),
      );
      const method = dialect?.methods[decorator.name];
      if (dialect === undefined || method === undefined) return [];
      const controller = ofClass.find(
        ({ package: from, name }) => dialect.packages.includes(from) && dialect.controllers.includes(name),
      );
      const guards = [...new Set([...ofClass, ...decorators].flatMap((one) => guardsOf(one, dialect)))];
      return pathsOf(controller).flatMap((start) =>
        pathsOf(decorator).map((end): FoundEndpoint => {
          const before = dialect.packages.includes('routing-controllers') ? prefix : '';
          const whole = joinPaths(joinPaths(before, slashed(start)), slashed(end));
          const path = dialect.braces ? whole.replaceAll(/\{(\w+)\}/g, ':$1') : whole;
          return {
            id: `${method} ${path === '' ? '/' : path}`,
            kind: 'http',
            handlers: [unitId(owner.module, unit)],
            module: owner.module,
            ...(guards.length === 0 ? {} : { guards }),
            place: `${owner.module}:${decorator.line}`,
          };
        }),
      );
    });
  }

  function pathsOf(decorator: AppliedDecorator | undefined): string[] {
    const [first] = decorator?.arguments ?? [];
    if (decorator === undefined || first === undefined) return [''];
    const texts = textsOf(linker, decorator.module, first.kind === 'object' ? entryOf(first, 'path') : first);
    return texts.length > 0 ? texts : [first.kind === 'object' ? '' : unknownText];
  }

  function guardsOf({ package: from, name, arguments: values }: AppliedDecorator, dialect: Dialect): string[] {
    if (!dialect.packages.includes(from) || !dialect.guards.includes(name)) return [];
    const named = values.flatMap(itemsOf).flatMap((value) => nameOf(value));
    return named.length > 0 ? named : [name];
  }

  /** `createExpressServer({ routePrefix: '/api' })`. */
  function globalPrefix(): string {
    for (const [module, { prefixes }] of found) {
      for (const value of prefixes) {
        const text = textOf(linker, module, value);
        if (text !== undefined && !text.includes(unknownText)) return slashed(text);
        unresolved.push({
          place: `${module}:1`,
          what: 'endpoint',
          text: 'routePrefix',
          reason: 'The prefix of all routes is only known at run time: paths may lack it.',
        });
      }
    }
    return '';
  }
}

/** Without a decorator of its own, and without a parent that may have some, a class has no route. */
function mayRoute({ extends: parent, members }: ClassRecord): boolean {
  return parent !== undefined || members.some(({ decorators }) => decorators.length > 0);
}

function slashed(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

function nameOf(value: StaticValue): string[] {
  if (value.kind === 'call') return value.name === undefined ? [] : [value.name];
  if (value.kind !== 'reference') return [];
  const { root, steps } = value.path;
  const last = steps.at(-1) ?? ('name' in root ? root.name : undefined);
  return last === undefined ? [] : [last];
}
