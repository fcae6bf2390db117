import type { AccessMode } from '../../facts/facts.ts';

/** Operations of a model (Prisma Client API reference). `plain` names are used by many other things as well. */
const operations = new Map<string, { readonly modes: readonly AccessMode[]; readonly plain?: true }>([
  ['findUnique', { modes: ['read'] }],
  ['findUniqueOrThrow', { modes: ['read'] }],
  ['findFirst', { modes: ['read'] }],
  ['findFirstOrThrow', { modes: ['read'] }],
  ['findMany', { modes: ['read'] }],
  ['findRaw', { modes: ['read'] }],
  ['groupBy', { modes: ['read'] }],
  ['aggregateRaw', { modes: ['read'] }],
  ['aggregate', { modes: ['read'], plain: true }],
  ['count', { modes: ['read'], plain: true }],
  ['create', { modes: ['write'], plain: true }],
  ['createMany', { modes: ['write'] }],
  ['createManyAndReturn', { modes: ['write'] }],
  ['update', { modes: ['write'], plain: true }],
  ['updateMany', { modes: ['write'] }],
  ['updateManyAndReturn', { modes: ['write'] }],
  ['upsert', { modes: ['read', 'write'], plain: true }],
  ['delete', { modes: ['write'], plain: true }],
  ['deleteMany', { modes: ['write'] }],
]);

export function isOperation(name: string): boolean {
  return operations.has(name);
}

export function modesOf(operation: string): readonly AccessMode[] {
  return operations.get(operation)?.modes ?? [];
}

/** Whether the name alone does not speak for Prisma. */
export function isPlain(operation: string): boolean {
  return operations.get(operation)?.plain === true;
}
