import { describe, expect, test } from 'vitest';
import { manifestJsonSchema, type JsonSchema } from './json-schema.ts';
import { renderManifestPage } from './render-manifest-page.ts';

const schema = manifestJsonSchema();

describe('the JSON Schema of the manifest', () => {
  test('knows every block and forbids others', () => {
    expect(Object.keys(schema.properties ?? {})).toEqual(
      expect.arrayContaining([
        'version',
        'monolith',
        'contexts',
        'services',
        'routes',
        'replication',
        'cutover',
        'state',
      ]),
    );
    expect(schema.required).toEqual(['version', 'monolith']);
    expect(schema.additionalProperties).toBe(false);
  });

  test('lets ${ENV} pass wherever a value has a pattern', () => {
    const patterns = collect(schema).flatMap(({ pattern }) => pattern ?? []);
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) expect('${ANY}').toMatch(new RegExp(pattern));
    const lag = schema.properties?.['cutover']?.properties?.['maxLag'];
    expect('250ms').toMatch(new RegExp(lag?.pattern ?? 'none'));
    expect('250').not.toMatch(new RegExp(lag?.pattern ?? '250'));
    // A format would refuse what an environment variable stands for. A key of the manifest may be called so.
    expect(JSON.stringify(schema)).not.toMatch(/"format":"/);
  });
});

describe('the reference page of the manifest', () => {
  const page = renderManifestPage();

  test('has a line for each key, with its default', () => {
    expect(page).toMatch(/\| `cutover\.maxLag` \| such as 250ms.* \| `"1s"` \| /);
    expect(page).toMatch(/\| `routes\[\]\.matches\[\]\.path\.prefix` \| text \|  \| /);
    expect(page).toMatch(/\| `services\.<name>\.health` \| text \| `"\/healthz"` \| /);
    expect(page).toMatch(/\| `monolith\.url` \| text \| required \| /);
  });

  test('has a meaning for every key', () => {
    const empty = page.split('\n').filter((line) => line.startsWith('| `') && line.endsWith('|  |'));
    expect(empty).toEqual([]);
  });
});

function collect(node: JsonSchema): readonly JsonSchema[] {
  const named = typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
  const below = [
    ...Object.values(node.properties ?? {}),
    ...named,
    ...(node.items ? [node.items] : []),
    ...(node.anyOf ?? []),
  ];
  return [node, ...below.flatMap(collect)];
}
