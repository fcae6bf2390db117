import { faultPoints } from '../run/fault-points.ts';
import { createRandom } from './random.ts';
import type { Schedule } from './run-schedule.ts';

const wishes: Schedule['wishes'] = ['cutover', 'rollback', 'cutover'];

/** Any mixture of weather, kills, stops and takeovers, drawn from its seed. */
export function drawSchedule(seed: number): Schedule {
  const random = createRandom(seed * 7919 + 17);
  const point = random.chance(0.7) ? random.pick(faultPoints) : undefined;
  return {
    seed,
    killAt: point === undefined ? undefined : { point, time: random.between(1, 2) },
    weather: {
      failure: random.pick([0, 0, 0.02, 0.1, 0.25]) ?? 0,
      stall: random.pick([0, 0.01, 0.05]) ?? 0,
      stallMs: random.pick([50, 400, 1500]) ?? 50,
    },
    orchestrators: random.chance(0.5) ? 2 : 1,
    pauses: random.between(0, 3),
    wishes: wishes.slice(0, random.between(1, 3)),
    expiries: random.between(0, 2),
  };
}
