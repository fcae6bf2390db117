/** Stands where a name is only known at run time. An access to it is an access to something unknown. */
export const unknownName = 'overgrow_unknown';
