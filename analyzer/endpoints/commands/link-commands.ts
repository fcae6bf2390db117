import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { packageOrigin } from '../../dependencies/find-binding.ts';
import { unitId } from '../../dependencies/edges.ts';
import { entryOf } from '../../source/static-value.ts';
import { createClassIndex, type KnownClass } from '../decorated/class-index.ts';
import { expandDecorators } from '../decorated/expand-decorators.ts';
import { textOf, unknownText } from '../decorated/values.ts';
import { handlersOf } from '../handlers.ts';
import type { CommandRecord } from './collect-commands.ts';

const packages = new Set([
  'commander',
  '@commander-js/extra-typings',
  'yargs',
  'cac',
  'sade',
  'caporal',
  '@caporal/core',
]);

/** `command name`, with the names of the commands around it. */
export function linkCommands(found: ReadonlyMap<string, readonly CommandRecord[]>, project: Project): Findings {
  const { linker } = project;
  const index = createClassIndex(project);
  const chained = [...found].flatMap(([module, records]) =>
    records.flatMap((record): FoundEndpoint[] => {
      const origin = packageOrigin(linker, module, record.head);
      if (origin === undefined || !packages.has(origin.package)) return [];
      const words = record.names
        .map((name) => firstWords(textOf(linker, module, name) ?? unknownText))
        .filter((word) => word !== '');
      // A program without a command's name is started by the name of its file.
      const name = words.length > 0 ? words.join(' ') : stem(module);
      return [
        {
          id: `command ${name}`,
          kind: 'command',
          ...handlersOf(project, module, record.handler),
          module,
          place: `${module}:${record.line}`,
        },
      ];
    }),
  );
  return { endpoints: [...chained, ...index.classes.flatMap((known) => [...oclif(known), ...nestCommander(known)])] };

  /** `export default class Create extends Command` in `commands/orders/create.ts` is `orders create`. */
  function oclif(known: KnownClass): FoundEndpoint[] {
    const [, path] = /(?:^|\/)commands\/(.+?)(?:\/index)?\.[cm]?[jt]sx?$/.exec(known.module) ?? [];
    const run = index.members(known).find(({ member }) => member.name === 'run' && member.unit !== undefined);
    if (path === undefined || run === undefined || known.record.abstract) return [];
    const isCommand = index.chain(known).some(({ module, record }) => {
      const target = record.extends === undefined ? undefined : linker.follow(module, record.extends);
      return target?.kind === 'external' && /^@oclif\/(?:core|command)$/.test(target.specifier);
    });
    return isCommand
      ? [commandOf(path.replaceAll('/', ' '), run.owner.module, run.member.unit ?? '', known.record.line)]
      : [];
  }

  function nestCommander(known: KnownClass): FoundEndpoint[] {
    const decorators = expandDecorators(known.module, known.record.decorators, project, new Map());
    const run = index.members(known).find(({ member }) => member.name === 'run' && member.unit !== undefined);
    const byClass = decorators.flatMap(
      ({ package: from, name, arguments: [options], module, line }): FoundEndpoint[] => {
        if (from !== 'nest-commander' || !/^(?:Sub|Root|Default)?Command$/.test(name) || run === undefined) return [];
        const text = textOf(linker, module, entryOf(options, 'name')) ?? stem(known.module);
        return [commandOf(firstWords(text), run.owner.module, run.member.unit ?? '', line)];
      },
    );
    const byMethod = known.record.members.flatMap((member) =>
      expandDecorators(known.module, member.decorators, project, new Map()).flatMap((decorator): FoundEndpoint[] => {
        const [options] = decorator.arguments;
        const command = textOf(
          linker,
          decorator.module,
          options?.kind === 'object' ? entryOf(options, 'command') : options,
        );
        const isCommand =
          ['nestjs-command', 'nestjs-console'].includes(decorator.package) && decorator.name === 'Command';
        return !isCommand || command === undefined || member.unit === undefined
          ? []
          : [commandOf(firstWords(command), known.module, member.unit, decorator.line)];
      }),
    );
    return [...byClass, ...byMethod];
  }

  function commandOf(name: string, module: string, unit: string, line: number): FoundEndpoint {
    return {
      id: `command ${name}`,
      kind: 'command',
      handlers: [unitId(module, unit)],
      module,
      place: `${module}:${line}`,
    };
  }
}

/** `serve [port] <host>` without what is handed to it; `$0 ` of yargs stands for the program. */
function firstWords(text: string): string {
  return text
    .replace(/\s*[<[].*$/s, '')
    .replace(/^\$0\s*/, '')
    .trim();
}

function stem(module: string): string {
  return (module.split('/').at(-1) ?? module).replace(/\.[^.]+$/, '');
}
