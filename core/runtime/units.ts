/** Durations, sizes and ratios as people write them in a manifest: `250ms`, `1MB`, `10%`. */

const durationUnits = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const sizeUnits = { GiB: 1024 ** 3, GB: 1e9, MiB: 1024 ** 2, MB: 1e6, KiB: 1024, kB: 1e3, KB: 1e3, B: 1 } as const;

type Units = Readonly<Record<string, number>>;

function parseQuantity(text: string, units: Units): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined || !Object.hasOwn(units, match[2])) return undefined;
  const value = Math.round(Number(match[1]) * (units[match[2]] ?? Number.NaN));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The largest unit in which the value has at most two decimals. */
function renderQuantity(value: number, units: Units): string {
  for (const [unit, factor] of Object.entries(units)) {
    const amount = value / factor;
    const written = String(Number(amount.toFixed(2)));
    if (amount >= 1 && parseQuantity(`${written}${unit}`, units) === value) return `${written}${unit}`;
  }
  return `${value}${Object.keys(units).at(-1) ?? ''}`;
}

/** `250ms` → 250. Undefined when the text is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, durationUnits);
}

/** 1500 → `1.5s`. The inverse of `parseDurationMs` for whole milliseconds; a fraction (a measured time) is rounded to a tenth. */
export function renderDuration(ms: number): string {
  return Number.isInteger(ms) ? renderQuantity(ms, durationUnits) : `${Number(ms.toFixed(1))}ms`;
}

/** `1MB` → 1000000. Undefined when the text is not a size. */
export function parseSizeBytes(text: string): number | undefined {
  return parseQuantity(text, sizeUnits);
}

/** 65536 → `64KiB`. The inverse of `parseSizeBytes`. */
export function renderSize(bytes: number): string {
  return renderQuantity(bytes, sizeUnits);
}

/** `12.5%` → 1250, in hundredths of a percent (the resolution of buckets). Undefined when it is not a share of 0…100%. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const share = match?.[1] === undefined ? Number.NaN : Math.round(Number(match[1]) * 100);
  return share >= 0 && share <= 10_000 ? share : undefined;
}

/** 1250 → `12.5%`. The inverse of `parseShare`. */
export function renderShare(share: number): string {
  return `${share / 100}%`;
}
