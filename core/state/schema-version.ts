import { OvergrowError } from '../errors/overgrow-error.ts';

/** A release never writes into a store whose schema it does not know. */
export function newerSchema(place: string, found: number, known: number): OvergrowError {
  return new OvergrowError(
    'STATE_SCHEMA_NEWER',
    `The state store ${place} has schema version ${found}; this release knows versions up to ${known}.`,
    { hint: 'Run the release that wrote it, or a newer one.', details: { found, known } },
  );
}
