import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { packageOrigin } from '../../dependencies/find-binding.ts';
import { entryOf, type StaticValue } from '../../source/static-value.ts';
import { textOf, unknownText } from '../decorated/values.ts';
import { handlersOf } from '../handlers.ts';
import type { ScheduleRecord } from './collect-schedules.ts';

const clocks = new Set(['node-cron', 'cron', 'croner', 'node-schedule', 'cron-job-manager']);

/** `cron <expression> <handler>`. */
export function linkSchedules(found: ReadonlyMap<string, readonly ScheduleRecord[]>, project: Project): Findings {
  const { linker } = project;
  const endpoints = [...found].flatMap(([module, records]) =>
    records.flatMap((record): FoundEndpoint[] => {
      const origin = packageOrigin(linker, module, record.callee);
      if (origin === undefined || !clocks.has(origin.package)) return [];
      const { time, handler } = partsOf(module, record);
      if (time === undefined) return [];
      const answer = handlersOf(project, module, handler);
      const [first] = answer.handlers;
      const name = first?.split('#')[1] ?? (record.unit === '' ? stem(module) : record.unit);
      return [{ id: `cron ${time} ${name}`, kind: 'job', ...answer, module, place: `${module}:${record.line}` }];
    }),
  );
  return { endpoints };

  function partsOf(
    module: string,
    record: ScheduleRecord,
  ): { time: string | undefined; handler: StaticValue | undefined } {
    const [first, second, third] = record.arguments;
    if (first?.kind === 'object') {
      const time = entryOf(first, 'cronTime') ?? entryOf(first, 'rule');
      return {
        time: time === undefined ? undefined : timeOf(module, time),
        handler: entryOf(first, 'onTick') ?? second,
      };
    }
    if (record.name === 'scheduleJob' && third !== undefined && third.kind !== 'object')
      return { time: timeOf(module, second), handler: third };
    return {
      time: timeOf(module, first),
      handler: record.name === 'Cron' && second?.kind === 'object' ? third : second,
    };
  }

  function timeOf(module: string, value: StaticValue | undefined): string {
    return textOf(linker, module, value) ?? unknownText;
  }
}

function stem(module: string): string {
  return (module.split('/').at(-1) ?? module).replace(/\.[^.]+$/, '');
}
