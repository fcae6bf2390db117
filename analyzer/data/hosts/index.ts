import type { Outcome, StoreClient } from '../stores/store-client.ts';
import { patternOf } from '../stores/text-patterns.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue } from '../values/value.ts';

const client = 'hosts';
const packages =
  /^(?:axios|got|node-fetch|undici|superagent|request|request-promise|request-promise-native|ky|needle|cross-fetch|isomorphic-fetch|http|https|@nestjs\/axios|@nestjs\/common|ofetch|phin|make-fetch-happen|fetch-retry)$/;
const verbs: Readonly<Record<string, string>> = {
  get: 'r',
  head: 'r',
  options: 'r',
  fetch: 'r',
  request: 'r',
  stream: 'r',
  getJSON: 'r',
  post: 'w',
  put: 'w',
  patch: 'w',
  delete: 'w',
  del: 'w',
  postForm: 'w',
  putForm: 'w',
};

/** Other systems that are spoken to over HTTP, by host: written out, or by the setting that names it (`$PAYMENT_URL`). */
export const hosts: StoreClient = {
  name: client,
  packages,
  methods: [...Object.keys(verbs), 'axios', 'got', 'ky', 'superagent', 'needle', '$get', 'fetchRetry'],
  external({ package: name, names }, given, ask) {
    if (!packages.test(name) || name === '@nestjs/common') return undefined;
    const path = names.join('.');
    if (path === '') return { kind: 'store', client, role: 'client' };
    if (/^(?:create|extend|defaults|instance)\.\(\)$/.test(path))
      return { kind: 'store', client, role: 'client', ...base(given[0], ask) };
    if (names.length === 1 && (Object.hasOwn(verbs, path) || path === 'axios' || path === 'got'))
      return { kind: 'store', client, role: 'client', detail: { verb: path } };
    return undefined;
  },
  type: (name, type) =>
    packages.test(name) && /^(?:HttpService|AxiosInstance|Got|KyInstance|AxiosStatic)$/.test(type)
      ? { kind: 'store', client, role: 'client' }
      : undefined,
  named: (name) =>
    name === 'fetch' ? { kind: 'store', client, role: 'client', detail: { verb: 'fetch' } } : undefined,
  member: (store, name) =>
    name === 'axiosRef' || name === 'default'
      ? store
      : Object.hasOwn(verbs, name) && store.role === 'client'
        ? { ...store, detail: { ...detailOf(store), verb: name } }
        : undefined,
  call(store, method, given, _followedBy, ask) {
    const { verb, base: prefix } = detailOf(store);
    if (/^(?:create|extend|defaults|instance)$/.test(method)) return { value: { ...store, ...base(given[0], ask) } };
    const name = method === '()' ? (verb ?? 'request') : method;
    return Object.hasOwn(verbs, name) && given.length > 0 ? hostAccess(name, prefix, given, ask) : undefined;
  },
};

interface Detail {
  readonly verb?: string;
  readonly base?: string;
}

function hostAccess(
  verb: string,
  prefix: string | undefined,
  given: readonly Argument[],
  ask: Evaluator,
): Outcome | undefined {
  const [first, second] = given;
  const options = ask.evaluate(first)?.kind === 'object' ? first : second;
  const address =
    ask.property(first, 'url') ??
    ask.property(first, 'uri') ??
    ask.property(first, 'hostname') ??
    ask.property(first, 'host') ??
    first;
  const method = (ask.text(ask.property(options, 'method')) ?? '').toUpperCase();
  const reads = method === '' ? verbs[verb] === 'r' : method === 'GET' || method === 'HEAD';
  const own = ask.text(ask.property(first, 'baseURL'));
  const written = hostOf(address, ask);
  const host = written === undefined || written === 'own' ? (hostIn(own) ?? prefix ?? written) : written;
  if (host === 'own') return undefined;
  if (host === undefined)
    return { unresolved: 'The host is only known at run time.', open: ask.evaluate(address)?.kind === 'open' };
  return { accesses: [{ mode: reads ? 'read' : 'write', entity: host, kind: 'host' }] };
}

/** The host of an address; `own` for a path of the same server, as a page asks for. */
function hostOf(address: Argument | undefined, ask: Evaluator): string | undefined {
  for (const text of ask.texts(address)) {
    const pattern = patternOf(text);
    const host = hostIn(pattern);
    if (host !== undefined) return host;
    if (/^\/(?!\/)/.test(pattern)) return 'own';
  }
  return address === undefined ? undefined : settingOf(address);
}

function hostIn(text: string | undefined): string | undefined {
  const found = text === undefined ? null : /^(?:https?|wss?):\/\/(?:[^@/]*@)?([^/?#:]+)/.exec(text);
  const host = found?.[1];
  return host === undefined || host === '*' ? undefined : host;
}

/** `process.env.PAYMENT_URL`, alone or in front of a path. */
function settingOf({ expression }: Argument): string | undefined {
  if (expression.kind === 'member' && expression.of.kind === 'member' && expression.of.name === 'env')
    return `$${expression.name}`;
  if (expression.kind === 'either') {
    for (const option of expression.options) {
      const name = settingOf({ expression: option, environment: { module: '' } });
      if (name !== undefined) return name;
    }
  }
  if (expression.kind !== 'text') return undefined;
  for (const piece of expression.pieces) {
    if (piece.kind === 'hole' && /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/.test(piece.source)) return `$${piece.source}`;
    if (piece.kind === 'symbol') {
      const { root, steps } = piece.path;
      const names = [...steps, 'name' in root ? root.name : '', root.kind === 'import' ? root.specifier : ''];
      const last = steps.at(-1);
      if (
        last !== undefined &&
        /(?:url|uri|host|endpoint|base)$/i.test(last) &&
        names.some((name) => /config|settings|env/i.test(name))
      )
        return `$${last}`;
    }
    if (piece.kind === 'text' && piece.text !== '') return undefined;
  }
  return undefined;
}

function base(options: Argument | undefined, ask: Evaluator): { readonly detail?: Detail } {
  const address =
    ask.property(options, 'baseURL') ?? ask.property(options, 'prefixUrl') ?? ask.property(options, 'baseUrl');
  const host = address === undefined ? undefined : hostOf(address, ask);
  return host === undefined || host === 'own' ? {} : { detail: { base: host } };
}

function detailOf(store: StoreValue): Detail {
  return (store.detail as Detail | undefined) ?? {};
}
