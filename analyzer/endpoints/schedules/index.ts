import type { Adapter } from '../../adapters/adapter.ts';
import { collectSchedules, type ScheduleRecord } from './collect-schedules.ts';
import { linkSchedules } from './link-schedules.ts';

/** node-cron, cron, croner, node-schedule: what runs by the clock. NestJS's own schedules are the NestJS adapter's. */
export const schedules: Adapter<readonly ScheduleRecord[]> = {
  name: 'schedules',
  collect: collectSchedules,
  link: linkSchedules,
};
