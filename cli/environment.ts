/** What overgrow reads from its environment beside the manifest's `${NAME}`; for help and the reference page. */
export const environment: readonly { readonly name: string; readonly meaning: string }[] = [
  { name: 'OVERGROW_MANIFEST', meaning: 'the manifest, where --manifest is not given' },
  {
    name: 'OVERGROW_ADMIN_TOKEN',
    meaning: 'the token of the admin port that `up` and `proxy` open; a random one where it is not set',
  },
  { name: 'OVERGROW_LOG', meaning: 'what is logged on stderr: debug, info, warn (default), error or silent' },
  { name: 'NO_COLOR', meaning: 'no colour when set; FORCE_COLOR=1 asks for it' },
];

/** How a command ends. */
export const exitCodes: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: 'done' },
  { code: 1, meaning: 'a gate or a comparison said no; nothing was changed' },
  { code: 2, meaning: 'a fault in the usage or the manifest' },
  { code: 3, meaning: 'a fault of the environment: a database, a port, a file' },
  { code: 130, meaning: 'interrupted with Ctrl-C or SIGTERM' },
];

/** What stands below the list of commands in `overgrow --help`. */
export function renderHelpEnd(): string {
  const rows = [
    ...environment.map(({ name, meaning }) => [name, meaning] as const),
    ...exitCodes.map(({ code, meaning }) => [String(code), meaning] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = ([name, meaning]: readonly [string, string]) => `  ${name.padEnd(width)}  ${meaning}`;
  return [
    '',
    'Environment:',
    ...rows.slice(0, environment.length).map(line),
    '',
    'Exit codes:',
    ...rows.slice(environment.length).map(line),
    '',
    'Each command has --help. Nothing is changed without --execute.',
  ].join('\n');
}
