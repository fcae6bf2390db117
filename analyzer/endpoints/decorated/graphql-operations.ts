import type { SymbolLinker } from '../../dependencies/link-symbols.ts';
import { entryOf, type StaticValue } from '../../source/static-value.ts';
import type { MemberRecord } from '../../source/class-records.ts';
import type { AppliedDecorator } from './expand-decorators.ts';
import { textOf } from './values.ts';

const operations: Readonly<Record<string, string>> = {
  Query: 'query',
  Mutation: 'mutation',
  Subscription: 'subscription',
};
const fields = new Set(['ResolveField', 'ResolveProperty', 'FieldResolver']);

/** `query orders`, `field Order.customer`: what a method of a resolver class answers. `type` is the resolver's own type. */
export function operationName(
  linker: SymbolLinker,
  decorator: AppliedDecorator,
  member: MemberRecord,
  type: string | undefined,
): string | undefined {
  const operation = operations[decorator.name];
  if (operation !== undefined) return `${operation} ${givenName(linker, decorator) ?? member.name}`;
  if (decorator.name === 'ResolveReference') return `field ${type ?? '?'}.__resolveReference`;
  return fields.has(decorator.name) ? `field ${type ?? '?'}.${givenName(linker, decorator) ?? member.name}` : undefined;
}

/** `@Query('orders')`, `@Query(() => [Order], { name: 'orders' })`, `@Query({ name: 'orders' })`. */
function givenName(linker: SymbolLinker, { module, arguments: values }: AppliedDecorator): string | undefined {
  const [first, second] = values;
  if (first?.kind === 'text') return textOf(linker, module, first);
  const options = first?.kind === 'object' ? first : second;
  return textOf(linker, module, entryOf(options, 'name'));
}

/** The type that a resolver is for: `@Resolver(() => Order)`, `@Resolver(Order)`, `@Resolver('Order')`. */
export function resolverType(linker: SymbolLinker, decorator: AppliedDecorator): string | undefined {
  return typeName(linker, decorator.module, decorator.arguments[0]);
}

function typeName(linker: SymbolLinker, module: string, value: StaticValue | undefined): string | undefined {
  switch (value?.kind) {
    case 'text':
      return textOf(linker, module, value);
    case 'function':
      return typeName(linker, module, value.returns);
    case 'list':
      return typeName(linker, module, value.items[0]);
    case 'reference': {
      const target = linker.follow(module, value.path);
      if (target?.kind === 'unit') return target.unit;
      const { root, steps } = value.path;
      return steps.at(-1) ?? ('name' in root ? root.name : undefined);
    }
    default:
      return undefined;
  }
}
