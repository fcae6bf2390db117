/** What this reads and writes of a package-lock.json. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
  readonly [field: string]: unknown;
}

export interface LockEntry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The platform in the name of a package with a binary (`@oxlint/binding-linux-arm64-musl`), in the fields of a lock file;
 * undefined for names that tell none.
 */
export function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name
    .replace(/^@[^/]+\//, '')
    .replace('windows', 'win32')
    .split(/[-_]/);
  const system = systems.find((word) => words.includes(word));
  const processor = processors.find((word) => words.includes(word));
  if (system === undefined || processor === undefined) return undefined;
  const libc =
    words.includes('musl') || words.includes('musleabihf') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return { os: [system], cpu: [processor], ...(libc === undefined || system !== 'linux' ? {} : { libc: [libc] }) };
}

/**
 * Adds the optional packages of other platforms that npm left out of a lock file. npm leaves them out when it can't see
 * them while it writes the lock (a registry mirror that keeps one platform; npm/cli#4828), and then `npm ci` refuses the
 * lock as incomplete. They have no integrity in the lock until somebody writes it with all of them in reach.
 */
export function completeLock(lock: Lock): { readonly lock: Lock; readonly added: readonly string[] } {
  const packages: Record<string, LockEntry> = { ...lock.packages };
  const added: string[] = [];
  for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const target = `node_modules/${name}`;
      const platform = platformOf(name);
      if (packages[target] !== undefined || packages[`${place}/${target}`] !== undefined) continue;
      if (platform === undefined || !/^\d+\.\d+\.\d+/.test(version)) continue;
      const fields = { ...platform, ...(entry.dev ? { dev: true } : {}), optional: true };
      // The order in which npm writes fields: the version, then by name.
      const inOrder = Object.entries(fields).toSorted(([one], [other]) => one.localeCompare(other, 'en'));
      packages[target] = { version, ...Object.fromEntries(inOrder) };
      added.push(target);
    }
  }
  if (added.length === 0) return { lock, added };
  const sorted = Object.entries(packages).toSorted(([one], [other]) => one.localeCompare(other, 'en'));
  return { lock: { ...lock, packages: Object.fromEntries(sorted) }, added };
}
