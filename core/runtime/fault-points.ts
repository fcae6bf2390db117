/**
 * Named places at which a crash test ends the process. Passed in as an argument like time and randomness;
 * outside tests it is `noFaults`, and reaching a point costs one call.
 */
export interface FaultPoints {
  reach(point: string): void;
}

export const noFaults: FaultPoints = { reach: () => {} };
