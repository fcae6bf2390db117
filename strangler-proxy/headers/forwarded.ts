/** Who is believed when it says for whom it asks. */
export interface TrustList {
  trusts(address: string): boolean;
}

/** Compiles addresses (`10.0.0.1`, `::1`) and IPv4 networks (`10.0.0.0/8`). An entry that is neither trusts nobody. */
export function compileTrustList(entries: readonly string[]): TrustList {
  const addresses = new Set<string>();
  const networks: { base: number; mask: number }[] = [];
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const base = ipv4(address);
    if (bits === undefined) addresses.add(plainAddress(address));
    else if (base !== undefined && /^(?:\d|[12]\d|3[0-2])$/.test(bits)) {
      const mask = bits === '0' ? 0 : (0xffffffff << (32 - Number(bits))) >>> 0;
      networks.push({ base: (base & mask) >>> 0, mask });
    }
  }
  if (networks.length === 0) return { trusts: (address) => addresses.has(address) };
  return {
    trusts: (address) => {
      if (addresses.has(address)) return true;
      const number = ipv4(address);
      return number !== undefined && networks.some(({ base, mask }) => (number & mask) >>> 0 === base);
    },
  };
}

function ipv4(address: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (match === null) return undefined;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((number, part) => ((number << 8) | part) >>> 0, 0);
}

/** `::ffff:127.0.0.1` is `127.0.0.1` as a dual-stack socket shows it. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/**
 * The client's address: the peer's, or when the peer is trusted the right-most entry of X-Forwarded-For that is not. What
 * stands left of it was written by someone nobody vouches for.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trust: TrustList): string {
  if (forwardedFor === undefined || !trust.trusts(peer)) return peer;
  const hops = forwardedFor.split(',');
  for (let index = hops.length - 1; index >= 0; index--) {
    const hop = (hops[index] ?? '').trim();
    if (!trust.trusts(hop)) return hop;
  }
  return (hops[0] ?? peer).trim();
}

/** Adds what the backend learns of the client. From a peer that is not trusted, earlier values are dropped, not kept. */
export function appendForwarding(
  headers: string[],
  peer: string,
  secure: boolean,
  trusted: boolean,
  said: {
    readonly host: string;
    readonly forwardedFor: string | undefined;
    readonly forwardedProto: string | undefined;
    readonly forwardedHost: string | undefined;
    readonly via: string | undefined;
    readonly httpVersion: string;
  },
): void {
  const believed = trusted ? said : undefined;
  headers.push(
    'x-forwarded-for',
    believed?.forwardedFor === undefined ? peer : `${believed.forwardedFor}, ${peer}`,
    'x-forwarded-proto',
    believed?.forwardedProto === 'https' || (secure && believed?.forwardedProto === undefined) ? 'https' : 'http',
    'x-forwarded-host',
    believed?.forwardedHost ?? said.host,
    'via',
    said.via === undefined ? `${said.httpVersion} overgrow` : `${said.via}, ${said.httpVersion} overgrow`,
  );
}
