import { Kind, parse, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { headerValue, queryValues } from '../routing/match-request.ts';
import { unreadable, type OperationPart, type Operations, type OperationSource } from './operation.ts';
import { decodeUtf8, isRecord, readJson } from './read-json.ts';

/** More tokens than this are no operation of a client: parsing stops. */
const maxTokens = 20_000;

interface GraphqlRequest {
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly persistedHash: string | undefined;
}

/**
 * GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/): JSON or `application/graphql` by POST, parameters
 * by GET, an array as a batch, and persisted operations by `extensions.persistedQuery.sha256Hash`. A part is a field of the
 * operation's root; fragments are followed, directives are not: what may be asked counts as asked.
 */
export function readGraphql(source: OperationSource): Operations {
  const requests = readRequests(source);
  if (typeof requests === 'string') return unreadable(requests);
  const parts: OperationPart[] = [];
  let safe: boolean | undefined = true;
  for (const request of requests) {
    const read = readOne(request);
    if (typeof read === 'string') return unreadable(read);
    parts.push(...read.parts);
    safe = safe === false || read.safe === false ? false : safe && read.safe;
  }
  return { kind: 'read', parts, safe };
}

function readRequests(source: OperationSource): readonly GraphqlRequest[] | string {
  if (source.method === 'GET' || source.method === 'HEAD') {
    const values = ['query', 'operationName', 'extensions'].map((name) => queryValues(source.query, name));
    if (values.some((all) => all.length > 1)) return 'a parameter stands twice';
    const [query, operationName, extensions] = values.map(([first]) => first);
    return [{ query, operationName, persistedHash: hashOf(extensionsOf(extensions)) }];
  }
  if (source.body === undefined) return source.unreadBody ? 'the body was not read' : 'there is no body';
  // Servers read these from the URL, too, and some prefer them.
  if (['query', 'operationName', 'extensions'].some((name) => queryValues(source.query, name).length > 0))
    return 'the operation stands in the body and in the URL';
  const type = headerValue(source.rawHeaders, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/graphql') {
    const text = decodeUtf8(source.body);
    return text === undefined
      ? 'the body is not UTF-8'
      : [{ query: text, operationName: undefined, persistedHash: undefined }];
  }
  if (type !== 'application/json' && type !== 'application/graphql+json')
    return 'the content type is not one of GraphQL';
  const json = readJson(source.body);
  if (json.kind === 'fault') return json.reason;
  const { value } = json;
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length === 0 || !all.every(isRecord)) return 'the body is not a GraphQL request';
  return all.map((each) => ({
    query: textOf(each['query']),
    operationName: textOf(each['operationName']),
    persistedHash: hashOf(each['extensions']) ?? textOf(each['id']) ?? textOf(each['documentId']),
  }));
}

function readOne({
  query,
  operationName,
  persistedHash,
}: GraphqlRequest): { parts: OperationPart[]; safe: boolean | undefined } | string {
  const hash = persistedHash === undefined ? {} : { 'graphql.persistedHash': persistedHash };
  const name = operationName === undefined ? {} : { 'graphql.operation': operationName };
  if (query === undefined || query === '') {
    // Only the server knows what stands behind a hash: its method and its route say whether it may write.
    if (persistedHash === undefined) return 'there is no operation';
    return { parts: [{ protocol: 'graphql', values: { ...hash, ...name } }], safe: undefined };
  }
  let document: DocumentNode;
  try {
    document = parse(query, { noLocation: true, maxTokens });
  } catch {
    return 'the document is not GraphQL';
  }
  const operations = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const chosen =
    operationName === undefined ? operations : operations.filter((each) => each.name?.value === operationName);
  const [operation] = chosen;
  if (operation === undefined || chosen.length > 1) return 'the document does not say which operation is meant';
  const fields = rootFields(document, operation.selectionSet, new Set());
  if (fields === undefined || fields.size === 0) return 'the document names a fragment that it does not have';
  const known = operation.name === undefined ? {} : { 'graphql.operation': operation.name.value };
  return {
    parts: [...fields].map((field) => ({
      protocol: 'graphql',
      values: { 'graphql.type': operation.operation, 'graphql.field': field, ...known, ...hash },
    })),
    safe: operation.operation !== 'mutation',
  };
}

/** Undefined: a fragment is missing. Introspection (`__schema`) counts as any field: both sides answer it in their own way. */
function rootFields(document: DocumentNode, set: SelectionSetNode, seen: Set<string>): Set<string> | undefined {
  const fields = new Set<string>();
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      fields.add(selection.name.value);
      continue;
    }
    let inner: SelectionSetNode | undefined;
    if (selection.kind === Kind.INLINE_FRAGMENT) inner = selection.selectionSet;
    else {
      const { value } = selection.name;
      if (seen.has(value)) continue;
      seen.add(value);
      const found = document.definitions.find(
        (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === value,
      );
      inner = found?.kind === Kind.FRAGMENT_DEFINITION ? found.selectionSet : undefined;
    }
    const deeper = inner === undefined ? undefined : rootFields(document, inner, seen);
    if (deeper === undefined) return undefined;
    for (const field of deeper) fields.add(field);
  }
  return fields;
}

function extensionsOf(text: string | undefined): unknown {
  const json = readJson(Buffer.from(text ?? '{}'));
  return json.kind === 'value' ? json.value : undefined;
}

function hashOf(extensions: unknown): string | undefined {
  const query = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  return isRecord(query) ? textOf(query['sha256Hash']) : undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
