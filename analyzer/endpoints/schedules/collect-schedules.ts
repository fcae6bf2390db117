import type { ModuleTree } from '../../source/module-tree.ts';
import type { SymbolPath } from '../../source/module-summary.ts';
import type { LineIndex } from '../../source/place.ts';
import { pathOf } from '../../source/resolve-local.ts';
import { unitOf } from '../../source/scopes.ts';
import { staticValue, type StaticValue } from '../../source/static-value.ts';
import { lastName } from '../../source/syntax-tree.ts';
import { withoutResults } from '../handlers.ts';

/** A call that gives a function to a clock, if what it calls comes from a package that is one. */
export interface ScheduleRecord {
  readonly callee: SymbolPath;
  readonly name: string;
  readonly arguments: readonly StaticValue[];
  readonly unit: string;
  readonly line: number;
}

const calls = new Set(['schedule', 'scheduleJob', 'from', 'CronJob', 'Cron', 'job']);

export function collectSchedules(tree: ModuleTree, lines: LineIndex): readonly ScheduleRecord[] | undefined {
  const records = [...tree.calls, ...tree.news].flatMap(({ node, scope }): ScheduleRecord[] => {
    const name = lastName(node.callee);
    if (name === undefined || !calls.has(name) || node.arguments.length === 0) return [];
    const callee = pathOf(node.callee, scope, tree);
    if (callee === undefined || callee.root.kind === 'parameter') return [];
    const values = node.arguments.map((argument) => withoutResults(staticValue(argument, scope, tree, 9)));
    return [{ callee, name, arguments: values, unit: unitOf(scope), line: lines.lineAt(node.start) }];
  });
  return records.length === 0 ? undefined : records;
}
