import { truth } from './evaluate-code.ts';
import type { Machine } from './machine.ts';
import { bind } from './names.ts';
import type { Step } from './program.ts';
import { alternatives, textValue, unknown, type Environment, type Value } from './values.ts';

/** Runs statements in order. Branches of which nothing is known are all run. */
export function runSteps(
  steps: readonly Step[],
  scope: Environment,
  returned: Value[],
  machine: Machine,
): 'on' | 'left' | 'returned' {
  for (const step of steps) {
    const end = runStep(step, scope, returned, machine);
    if (end !== 'on') return end;
  }
  return 'on';
}

function runStep(step: Step, scope: Environment, returned: Value[], machine: Machine): 'on' | 'left' | 'returned' {
  switch (step.kind) {
    case 'do':
      machine.evaluate(step.code, scope);
      return 'on';
    case 'let':
      bind(step.pattern, machine.evaluate(step.value, scope), scope, machine);
      return 'on';
    case 'return':
      if (step.value !== undefined) returned.push(machine.evaluate(step.value, scope));
      return 'returned';
    case 'leave':
      return 'left';
    case 'when': {
      const test = truth(machine.evaluate(step.test, scope));
      if (test !== undefined) return machine.run(test ? step.yes : step.no, scope, returned);
      perhaps(machine, () => machine.run(step.yes, scope, returned));
      perhaps(machine, () => machine.run(step.no, scope, returned));
      return 'on';
    }
    case 'maybe':
      perhaps(machine, () => machine.run(step.steps, scope, returned));
      return 'on';
    case 'each': {
      for (const item of rounds(machine.evaluate(step.over, scope), step.keys)) {
        bind(step.pattern, item, scope, machine);
        if (machine.run(step.body, scope, returned) === 'returned') break;
      }
      return 'on';
    }
  }
}

function perhaps(machine: Machine, run: () => unknown): void {
  machine.state.uncertain += 1;
  run();
  machine.state.uncertain -= 1;
}

/** What a loop goes over, or one round with something unknown. */
function rounds(over: Value, keys: boolean): readonly Value[] {
  const values = alternatives(over).flatMap((one): readonly Value[] => {
    if (one.kind === 'list') return one.items.map((item, index) => (keys ? textValue(String(index)) : item.value));
    if (one.kind === 'record' && keys) return [...one.fields.keys()].map((key) => textValue(key));
    return [];
  });
  const open = alternatives(over).some((one) => one.kind !== 'list' && one.kind !== 'record');
  return values.length === 0 && open ? [unknown] : values;
}
