import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface GeneratedTree extends AsyncDisposable {
  readonly root: string;
  readonly modules: number;
}

/**
 * A monolith made of nothing but arithmetic, so that every machine measures the same: contexts in folders, each with services
 * that import neighbours in their folder, now and then one of another folder, and a barrel of common functions.
 */
export async function generateTree(modules: number): Promise<GeneratedTree> {
  const root = await mkdtemp(path.join(tmpdir(), 'overgrow-bench-'));
  const perContext = 50;
  const contexts = Math.ceil(modules / perContext);
  await writeFile(
    path.join(root, 'package.json'),
    JSON.stringify({ name: 'generated', private: true, type: 'module' }),
  );
  await mkdir(path.join(root, 'common'));
  await writeFile(
    path.join(root, 'common/format.ts'),
    'export const format = (value: number): string => value.toFixed(2);\n',
  );
  await writeFile(path.join(root, 'common/index.ts'), "export * from './format.ts';\n");
  for (let context = 0; context < contexts; context++) {
    const folder = path.join(root, `context-${context}`);
    await mkdir(folder);
    const count = Math.min(perContext, modules - context * perContext);
    for (let index = 0; index < count; index++)
      await writeFile(path.join(folder, `service-${index}.ts`), moduleText(context, index, contexts));
  }
  return { root, modules: modules + 2, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

function moduleText(context: number, index: number, contexts: number): string {
  const imports = ["import { format } from '../common/index.ts';"];
  const uses: string[] = [];
  for (const distance of [1, 2, 5]) {
    if (index < distance) continue;
    imports.push(`import { run${context}x${index - distance} } from './service-${index - distance}.ts';`);
    uses.push(`run${context}x${index - distance}(value)`);
  }
  if (index % 7 === 0 && context > 0) {
    const other = (context * 31 + index) % Math.min(context, contexts);
    imports.push(`import { run${other}x0 } from '../context-${other}/service-0.ts';`);
    uses.push(`run${other}x0(value)`);
  }
  const body = Array.from({ length: 25 }, (_, line) => `  const step${line} = value * ${line + 1} + ${index};`).join(
    '\n',
  );
  return `${imports.join('\n')}

export function run${context}x${index}(value: number): string {
${body}
  return [format(step0 + step24), ${uses.join(', ')}].join(' ');
}
`;
}
