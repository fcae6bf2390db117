import type { Outcome, StoreClient } from '../stores/store-client.ts';
import { patternOf } from '../stores/text-patterns.ts';
import type { Evaluator } from '../values/evaluator.ts';
import type { Argument, StoreValue, Value } from '../values/value.ts';

const client = 'redis';
const packages =
  /^(?:ioredis|redis|@redis\/client|keyv|@keyv\/\w+|cache-manager|@nestjs\/cache-manager|@liaoliaots\/nestjs-redis|@nestjs-modules\/ioredis|@songkeys\/nestjs-redis|handy-redis|memjs|memcached|@upstash\/redis)$/;

/** Commands by what they do to the key that comes first. */
const commands: Readonly<Record<string, string>> = modesOf({
  r: 'get getBuffer mget mGet exists ttl pttl type strlen getrange hget hGet hgetall hGetAll hmget hmGet hkeys hKeys hvals hlen hexists hExists hscan lrange lRange llen lLen lindex lIndex smembers sMembers sismember sIsMember scard sCard srandmember zrange zRange zrevrange zrangebyscore zRangeByScore zrevrangebyscore zrangeWithScores zscore zScore zrank zcard zCard zcount keys scan scanStream sscan zscan xrange xRange xread xlen has zRangeWithScores getbit bitcount pfcount',
  w: 'set setex setEx setnx setNX psetex mset mSet append del delete unlink expire pexpire expireat pExpire persist incr incrby incrBy incrbyfloat decr decrby decrBy hset hSet hmset hmSet hsetnx hdel hDel hincrby hIncrBy lpush lPush rpush rPush lpop lPop rpop rPop ltrim lTrim lrem lRem lset sadd sAdd srem sRem spop zadd zAdd zrem zRem zremrangebyscore zRemRangeByScore zremrangebyrank zincrby zIncrBy xadd xAdd xdel xtrim xack setbit pfadd setrange',
  rw: 'getset getSet getdel getDel getex rename rpoplpush rPopLPush brpoplpush lmove wrap',
});

/** Redis and caches that speak of keys: entities by key, with `*` for what only run time knows. */
export const redis: StoreClient = {
  name: client,
  packages,
  methods: [...Object.keys(commands), 'multi', 'pipeline'],
  external({ package: name, names }, given, ask) {
    if (!packages.test(name)) return undefined;
    const last = names.at(-1);
    const made =
      last === 'new' ||
      /^(?:createClient|createCluster|createNodeRedisClient|caching|multiCaching|createCache)\.\(\)$/.test(
        names.slice(-2).join('.'),
      );
    return made ? connection(prefixOf(given, ask)) : undefined;
  },
  type: (name, type) =>
    packages.test(name) &&
    /^(?:Redis|Cluster|IORedis|RedisClient\w*|RedisClusterType|Cache|CacheManager|Keyv|WrappedNodeRedisClient|RedisType)$/.test(
      type,
    )
      ? connection('')
      : undefined,
  injected: ({ package: name, names }) =>
    packages.test(name) && /^Inject(?:Redis|Cluster)$/.test(names[0] ?? '') ? connection('') : undefined,
  named: (name) =>
    /^(?:redis|redisClient|redisCache|redis_client|cacheManager)$/.test(name) ? connection('') : undefined,
  member: (store, name) => (name === 'store' || name === 'client' || name === 'v4' ? store : undefined),
  call(store, method, given, _followedBy, ask) {
    if (/^(?:multi|pipeline|batch|duplicate|connect|getClient)$/.test(method)) return { value: store };
    const modes = Object.hasOwn(commands, method) ? commands[method] : undefined;
    return modes === undefined || given.length === 0
      ? undefined
      : { ...keyAccesses(store, modes, keysGiven(method, given, ask), ask), value: store };
  },
};

/** Where the keys stand: the first argument, what a scan has to match, the names of what `mset` is given. */
function keysGiven(method: string, given: readonly Argument[], ask: Evaluator): readonly Argument[] {
  if (!/scan/i.test(method)) return given;
  const written = given.findIndex((argument) => /^match$/i.test(ask.text(argument) ?? ''));
  const matched = written === -1 ? undefined : given[written + 1];
  const inOptions = given
    .map((argument) => ask.property(argument, 'match') ?? ask.property(argument, 'MATCH'))
    .find((one) => one !== undefined);
  const found = matched ?? inOptions;
  return found === undefined ? (/^scan/i.test(method) ? [] : given) : [found];
}

function keyAccesses(store: StoreValue, modes: string, given: readonly Argument[], ask: Evaluator): Outcome {
  const prefix = typeof store.detail === 'string' ? store.detail : '';
  const [first] = given;
  const keys = ask.items(first).flatMap((item) => {
    const properties = modes === 'w' ? ask.properties(item) : [];
    return properties.length > 0 ? properties.map(([name]) => name) : ask.texts(item).map((text) => patternOf(text));
  });
  const known = [...new Set(keys)].filter((key) => key !== '*' && key !== '').map((key) => prefix + key);
  if (known.length === 0) {
    if (prefix !== '') known.push(`${prefix}*`);
    else return { unresolved: 'The key is only known at run time.', open: ask.evaluate(first)?.kind === 'open' };
  }
  return {
    accesses: known.flatMap((entity) =>
      modes.split('').map((letter) => ({
        mode: letter === 'w' ? ('write' as const) : ('read' as const),
        entity,
        kind: 'key' as const,
      })),
    ),
  };
}

/** `new Redis({ keyPrefix: 'shop:' })`, `new Keyv({ namespace: 'shop' })`. */
function prefixOf(given: readonly Argument[], ask: Evaluator): string {
  for (const options of given) {
    const prefix = ask.text(ask.property(options, 'keyPrefix'));
    if (prefix !== undefined) return prefix;
    const namespace = ask.text(ask.property(options, 'namespace'));
    if (namespace !== undefined) return `${namespace}:`;
  }
  return '';
}

function connection(prefix: string): Value & StoreValue {
  return { kind: 'store', client, role: 'connection', detail: prefix };
}

function modesOf(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([modes, names]) => names.split(' ').map((name) => [name, modes] as const)),
  );
}
