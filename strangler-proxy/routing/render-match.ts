import type { RouteCondition, RouteMatch } from '../config/proxy-config.ts';

/** A match in words, for people: `GET,HEAD prefix /products header x-version=v2`. */
export function renderMatch({ path, methods, conditions = [], grpc }: RouteMatch): string {
  const place =
    grpc === undefined
      ? `${path.kind} ${path.kind === 'regex' ? path.regex.pattern : path.value}`
      : `grpc ${grpc.service ?? '*'}/${grpc.method ?? '*'}`;
  return [...(methods === undefined ? [] : [methods.join(',')]), place, ...conditions.map(renderCondition)].join(' ');
}

function renderCondition({ kind, name, value }: RouteCondition): string {
  if (value.kind === 'present') return `${kind} ${name}`;
  return value.kind === 'exact' ? `${kind} ${name}=${value.value}` : `${kind} ${name}~${value.regex.pattern}`;
}
