import type { ContextScope, OwnedObject } from '@overgrow/core';
import { ensureProgressTable } from '../apply/progress-store.ts';
import { openSession } from '../connection/session-client.ts';
import type { TableMap } from '../mapping/table-map.ts';
import { ensurePublication, ensureSlot, listLinkObjects, removeLinkObjects } from './link-objects-client.ts';

export interface LinkSides extends ContextScope {
  readonly urls: { readonly monolith: string; readonly service: string };
}

export interface PrepareLinks extends LinkSides {
  readonly maps: readonly TableMap[];
}

/**
 * Makes what both links read and write: progress tables, publications, slots. A slot waits for every transaction that is
 * open in its database, which must not happen inside a fence. The forward slot that a first copy needs is made anew by it,
 * with its snapshot.
 */
export async function prepareLinks({ context, urls, maps }: PrepareLinks): Promise<void> {
  for (const side of ['monolith', 'service'] as const) {
    await using session = await openSession({ url: urls[side], applicationName: `overgrow ${context} prepare` });
    const direction = side === 'monolith' ? 'forward' : 'reverse';
    const tables = maps.map((map) => (side === 'monolith' ? map.source : map.target));
    await ensureProgressTable(session.client);
    await ensurePublication(session.client, context, direction, tables);
    await ensureSlot(session.client, context, direction);
  }
}

/** What `prepareLinks` made, in both databases. */
export function listLinks(links: LinkSides): Promise<readonly OwnedObject[]> {
  return onBothSides(links, listLinkObjects);
}

/** Removes it. @throws CDC_STILL_RUNNING. */
export function removeLinks(links: LinkSides): Promise<readonly OwnedObject[]> {
  return onBothSides(links, removeLinkObjects);
}

async function onBothSides(
  { context, scope, urls }: LinkSides,
  work: typeof listLinkObjects,
): Promise<readonly OwnedObject[]> {
  const objects: OwnedObject[] = [];
  for (const [side, reads] of [
    ['monolith', 'forward'],
    ['service', 'reverse'],
  ] as const) {
    await using session = await openSession({ url: urls[side], applicationName: `overgrow ${context} inventory` });
    objects.push(...(await work(session.client, { context, scope }, reads)));
  }
  return objects;
}
