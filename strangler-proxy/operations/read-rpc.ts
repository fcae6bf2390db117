import { headerValue, queryValues } from '../routing/match-request.ts';
import { unreadable, type OperationPart, type Operations, type OperationSource } from './operation.ts';
import { decodeUtf8, isRecord, readJson } from './read-json.ts';

const methodPart = (protocol: OperationPart['protocol'], method: string): OperationPart => ({
  protocol,
  values: { 'rpc.method': method },
});

/** JSON-RPC 2.0 and 1.0: the calls of a body. Whether a call writes, only its name tells. */
export function readJsonRpc({ body, unreadBody }: OperationSource): Operations {
  if (body === undefined) return unreadable(unreadBody ? 'the body was not read' : 'there is no body');
  const json = readJson(body);
  if (json.kind === 'fault') return unreadable(json.reason);
  const calls: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  const methods = calls.map((call) =>
    isRecord(call) && typeof call['method'] === 'string' ? call['method'] : undefined,
  );
  if (methods.length === 0 || methods.includes(undefined)) return unreadable('the body is no call of JSON-RPC');
  return { kind: 'read', parts: methods.map((method) => methodPart('json-rpc', method ?? '')), safe: undefined };
}

/** tRPC: the procedures stand in the last segment, several with commas in a batch. Queries come by GET, mutations by POST. */
export function readTrpc({ method, path, query }: OperationSource): Operations {
  let segment: string;
  try {
    segment = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  } catch {
    return unreadable('the procedure is not UTF-8');
  }
  const batch = queryValues(query, 'batch');
  const names = batch.length > 0 ? segment.split(',') : [segment];
  if (names.some((name) => !/^[\w.$-]+$/.test(name))) return unreadable('the path names no procedure of tRPC');
  return { kind: 'read', parts: names.map((name) => methodPart('trpc', name)), safe: method === 'GET' };
}

/** SOAP: the `SOAPAction` of 1.1, or the `action` of the content type of 1.2. Where both stand and differ, none counts. */
export function readSoap({ rawHeaders }: OperationSource): Operations {
  const header = headerValue(rawHeaders, 'soapaction')
    ?.trim()
    .replace(/^"(.*)"$/, '$1');
  const type = headerValue(rawHeaders, 'content-type') ?? '';
  const parameter = /;\s*action\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(type);
  const action = parameter?.[1] ?? parameter?.[2];
  if (header !== undefined && action !== undefined && header !== action) return unreadable('two actions are named');
  const named = header ?? action;
  if (named === undefined || named === '') return unreadable('no SOAPAction is named');
  return { kind: 'read', parts: [methodPart('soap', named)], safe: undefined };
}

/** A parameter that names the action, in the query or in a form. More than one is read differently by different servers. */
export function readAction(source: OperationSource, parameter: string): Operations {
  const type = headerValue(source.rawHeaders, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  const hasForm = type === 'application/x-www-form-urlencoded';
  if (source.unreadBody) return unreadable('the body was not read');
  if (source.body !== undefined && !hasForm && type?.startsWith('multipart/') === true)
    return unreadable('the form is multipart');
  const form = hasForm && source.body !== undefined ? (decodeUtf8(source.body) ?? '') : '';
  const values = [...queryValues(source.query, parameter), ...queryValues(form, parameter)];
  const [value] = values;
  if (value === undefined || values.length > 1) return unreadable(`${parameter} does not stand once`);
  return { kind: 'read', parts: [methodPart('action', value)], safe: undefined };
}
