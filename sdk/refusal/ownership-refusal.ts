/** SQLSTATE of the database's guard: this side does not own the table at this moment. */
export const ownershipRefusedState = 'OG001';

/** How deep a chain of `cause` is followed. Wrappers are a few deep; a cycle must end. */
const maxCauses = 8;

/**
 * True when the database's guard refused a write, also when a library has wrapped its error (`cause`). Nothing was
 * written. The request may be sent again: the proxy then forwards it to the owner.
 */
export function isOwnershipRefusal(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < maxCauses && typeof current === 'object' && current !== null; depth += 1) {
    if ('code' in current && current.code === ownershipRefusedState) return true;
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}
