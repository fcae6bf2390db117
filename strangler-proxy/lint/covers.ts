import type { ProxyRoute, RouteCondition, RouteMatch } from '../config/proxy-config.ts';

/** Whether every request that fits `inner` fits `outer`, too. False where it cannot be told. */
export function covers(outer: RouteMatch, inner: RouteMatch): boolean {
  if (!coversPlace(outer, inner)) return false;
  if (outer.methods !== undefined && !(inner.methods?.every((method) => outer.methods?.includes(method)) ?? false))
    return false;
  return (outer.conditions ?? []).every((wanted) => (inner.conditions ?? []).some((given) => implies(given, wanted)));
}

function coversPlace(outer: RouteMatch, inner: RouteMatch): boolean {
  if (outer.grpc !== undefined) {
    const [wide, narrow] = [outer.grpc, inner.grpc];
    return (
      narrow !== undefined &&
      (wide.service === undefined || wide.service === narrow.service) &&
      (wide.method === undefined || wide.method === narrow.method)
    );
  }
  if (inner.grpc !== undefined) return false;
  const [wide, narrow] = [outer.path, inner.path];
  if (wide.kind === 'regex')
    return narrow.kind === 'regex'
      ? wide.regex.pattern === narrow.regex.pattern
      : narrow.kind === 'exact' && wide.regex.matches(narrow.value);
  if (wide.kind === 'exact') return narrow.kind === 'exact' && narrow.value === wide.value;
  if (narrow.kind === 'regex') return wide.value === '/';
  return `${narrow.value}/`.startsWith(wide.value.endsWith('/') ? wide.value : `${wide.value}/`);
}

function implies(given: RouteCondition, wanted: RouteCondition): boolean {
  if (given.kind !== wanted.kind || given.name !== wanted.name) return false;
  if (wanted.value.kind === 'present') return true;
  if (given.value.kind === 'exact')
    return wanted.value.kind === 'exact'
      ? given.value.value === wanted.value.value
      : wanted.value.regex.matches(given.value.value);
  return (
    given.value.kind === 'regex' &&
    wanted.value.kind === 'regex' &&
    given.value.regex.pattern === wanted.value.regex.pattern
  );
}

/** Whether every host of `inner` is one of `outer`. */
export function coversHosts(outer: ProxyRoute, inner: ProxyRoute): boolean {
  if (outer.hosts === undefined) return true;
  return (
    inner.hosts?.every((host) =>
      outer.hosts?.some(
        (wide) => wide === host || (wide.startsWith('*.') && host.replace(/^\*/, 'x').endsWith(wide.slice(1))),
      ),
    ) ?? false
  );
}

/** Whether some request may fit both. True where it cannot be told. */
export function mayMeet(one: RouteMatch, other: RouteMatch): boolean {
  if (
    one.methods !== undefined &&
    other.methods !== undefined &&
    !one.methods.some((method) => other.methods?.includes(method))
  )
    return false;
  return !(one.conditions ?? []).some((left) =>
    (other.conditions ?? []).some(
      (right) =>
        left.kind === right.kind &&
        left.name === right.name &&
        left.value.kind === 'exact' &&
        right.value.kind === 'exact' &&
        left.value.value !== right.value.value,
    ),
  );
}
