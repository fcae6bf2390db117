import type { Findings, FoundEndpoint, Project } from '../../adapters/adapter.ts';
import { unitId } from '../../dependencies/edges.ts';
import { packageOrigin } from '../../dependencies/find-binding.ts';
import { textOf, textsOf, unknownText } from '../decorated/values.ts';
import { handlersOf } from '../handlers.ts';
import type { SocketRecord } from './socket-record.ts';

interface Connection {
  readonly module: string;
  readonly namespace: string;
  readonly from: number;
  readonly to: number;
  /** Functions that the socket is handed on to. */
  readonly units: ReadonlySet<string>;
}

const connecting = new Set(['connection', 'connect']);

/** `socket <namespace> <event>`: connections first, then what their sockets listen to. */
export function linkSockets(found: ReadonlyMap<string, readonly SocketRecord[]>, project: Project): Findings {
  const { linker } = project;
  const connections: Connection[] = [];
  const endpoints = new Map<string, FoundEndpoint>();
  for (const [module, records] of found) {
    for (const record of records) {
      if (!isServer(module, record) || !eventsOf(module, record).some((event) => connecting.has(event))) continue;
      const namespace = namespaceOf(module, record);
      const answer = handlersOf(project, module, record.handler);
      const { from, to } = answer.stretch ?? { from: record.at, to: record.at };
      connections.push({ module, namespace, from, to, units: reachedBy(module, from, to, answer.handlers) });
      add(module, record, `socket ${namespace} connection`);
    }
  }
  for (const [module, records] of found) {
    for (const record of records) {
      if (isServer(module, record)) continue;
      const namespaces = namespacesOf(module, record);
      for (const event of eventsOf(module, record)) {
        if (event === 'error') continue;
        for (const namespace of namespaces) add(module, record, `socket ${namespace} ${event}`);
      }
    }
  }
  return { endpoints: [...endpoints.values()] };

  function isServer(module: string, { on }: SocketRecord): boolean {
    const origin = on === undefined ? undefined : packageOrigin(linker, module, on);
    return origin?.package === 'socket.io' && !/(?:^|\.)Socket(?:\.|$)/.test(origin.name);
  }

  function eventsOf(module: string, { event }: SocketRecord): string[] {
    const texts = textsOf(linker, module, event);
    return texts.length === 0 ? [unknownText] : texts;
  }

  function namespaceOf(module: string, { namespace }: SocketRecord): string {
    const text = textOf(linker, module, namespace);
    if (text === undefined) return namespace === undefined ? '/' : unknownText;
    return text.startsWith('/') ? text : `/${text}`;
  }

  /** Units named in a connection's handler, and what these name in turn: `registerOrders(io, socket)`. */
  function reachedBy(module: string, from: number, to: number, handlers: readonly string[]): Set<string> {
    const units = new Set(handlers);
    const enter = (own: string, inside: (at: number, unit: string) => boolean) => {
      for (const reference of project.modules.get(own)?.references ?? []) {
        if (!inside(reference.at, reference.unit)) continue;
        const target = linker.follow(own, reference.path);
        if (target?.kind === 'unit') units.add(unitId(target.module, target.unit));
      }
    };
    enter(module, (at) => at >= from && at < to);
    for (const id of handlers) {
      const [own = '', unit = ''] = id.split('#');
      enter(own, (_, within) => within === unit);
    }
    return units;
  }

  function namespacesOf(module: string, { holder, on }: SocketRecord): string[] {
    const inside = connections.filter(({ module: own, from, to, units }) => {
      if (holder === undefined) return false;
      if (own === module && holder.from >= from && holder.to <= to) return true;
      return holder.unit !== undefined && units.has(unitId(module, holder.unit));
    });
    if (inside.length > 0) return [...new Set(inside.map(({ namespace }) => namespace))];
    // A parameter or field that says `: Socket`.
    const origin = on === undefined ? undefined : packageOrigin(linker, module, on);
    return origin?.package === 'socket.io' && /^Socket\b/.test(origin.name) ? ['/'] : [];
  }

  function add(module: string, record: SocketRecord, id: string): void {
    if (endpoints.has(id)) return;
    const answer = handlersOf(project, module, record.handler);
    endpoints.set(id, { id, kind: 'socket', ...answer, module, place: `${module}:${record.line}` });
  }
}
