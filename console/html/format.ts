/** `0.4 ms`, `12 ms`, `1.8 s`, `3 min`, `5 h`, `2 d`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** Decimal units, as the manifest reads them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1e6) return `${Number((bytes / 1e3).toFixed(1))} kB`;
  if (bytes < 1e9) return `${Number((bytes / 1e6).toFixed(1))} MB`;
  return `${Number((bytes / 1e9).toFixed(1))} GB`;
}

/** 1250 of 10000 → `12.5%`. */
export function formatShare(share: number): string {
  return `${Number((share / 100).toFixed(2))}%`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-GB', { maximumFractionDigits: count < 10 ? 1 : 0 });
}

/** `14:03:09.120` in UTC; a fence is a matter of milliseconds. */
export function formatMoment(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}

/** `14:03:09` in UTC. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** `fence-acknowledged` → `fence acknowledged`. */
export function formatName(name: string): string {
  return name.replaceAll('-', ' ');
}
