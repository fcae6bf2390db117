import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What was read of a text, kept by the text itself: nothing to invalidate but the program that read it. */
export interface SummaryCache {
  keyOf(id: string, text: string): string;
  get(key: string): Uint8Array | undefined;
  set(key: string, bytes: Uint8Array): void;
  /** Writes what this run used. What it did not use is gone. A folder that cannot be written to costs the next run its speed, no more. */
  save(): Promise<void>;
}

const fileName = 'modules.bin';
const keyBytes = 32;

/** Opens the cache in `folder`. A file that is missing, torn or of another version of the program is an empty cache. */
export async function openSummaryCache(folder: string): Promise<SummaryCache> {
  const version = programHash();
  const before = await readEntries(path.join(folder, fileName), version);
  const used = new Map<string, Uint8Array>();
  let changed = false;
  return {
    keyOf: (id, text) => createHash('sha256').update(id).update('\0').update(text).digest('hex'),
    get(key) {
      const bytes = before.get(key);
      if (bytes !== undefined) used.set(key, bytes);
      return bytes;
    },
    set(key, bytes) {
      used.set(key, bytes);
      changed = true;
    },
    async save() {
      if (!changed && used.size === before.size) return;
      try {
        await writeEntries(folder, version, used);
      } catch {
        // Said by nobody: the answer is the same without a cache.
      }
    },
  };
}

/** Beside the file, then renamed onto it: whoever interrupts leaves the old cache or the new one. */
async function writeEntries(folder: string, version: Buffer, entries: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, '.gitignore'), '*\n');
  const draft = path.join(folder, `${fileName}.${process.pid}`);
  try {
    await using file = await open(draft, 'w');
    await file.write(version);
    let pending: Uint8Array[] = [];
    let size = 0;
    for (const [key, bytes] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const head = Buffer.alloc(keyBytes + 4);
      head.write(key, 'hex');
      head.writeUInt32LE(bytes.byteLength, keyBytes);
      pending.push(head, bytes);
      size += bytes.byteLength;
      if (size < 4_000_000) continue;
      await file.writev(pending);
      pending = [];
      size = 0;
    }
    if (pending.length > 0) await file.writev(pending);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await rename(draft, path.join(folder, fileName));
}

async function readEntries(file: string, version: Buffer): Promise<Map<string, Uint8Array>> {
  const entries = new Map<string, Uint8Array>();
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  if (!bytes.subarray(0, keyBytes).equals(version)) return entries;
  for (let at = keyBytes; at + keyBytes + 4 <= bytes.length;) {
    const key = bytes.toString('hex', at, at + keyBytes);
    const size = bytes.readUInt32LE(at + keyBytes);
    const from = at + keyBytes + 4;
    if (from + size > bytes.length) break;
    entries.set(key, bytes.subarray(from, from + size));
    at = from + size;
  }
  return entries;
}

/** Of all files of this part and of the parser's version: another analyzer reads the same text differently. */
function programHash(): Buffer {
  const hash = createHash('sha256').update(process.versions.v8).update(process.arch);
  const root = path.join(import.meta.dirname, '..');
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'fixtures')
        pending.push(path.join(folder, entry.name));
      else if (/(?<!\.test)\.[jt]s$|^package\.json$/.test(entry.name))
        hash.update(entry.name).update(readFileSync(path.join(folder, entry.name)));
    }
  }
  return hash.digest();
}
