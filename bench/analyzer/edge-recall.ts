import { existsSync } from 'node:fs';
import path from 'node:path';
import { extractFacts, type Facts } from '@overgrow/analyzer';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/*
 * `node --conditions=overgrow-source --import bench/analyzer/typescript-with-api.ts bench/analyzer/edge-recall.ts FOLDER [PACKAGE…]`:
 * which import edges dependency-cruiser sees and the facts don't, one a line, and the share that both see. Each PACKAGE (a folder
 * below FOLDER, `folder:tsconfig` where its own tsconfig.json is not the one) is cruised by itself; FOLDER as a whole when none is named.
 */

const [root = '.', ...packages] = process.argv.slice(2);
const absolute = path.resolve(root);
process.chdir(absolute);

const facts = await extractFacts(absolute);
const ours = edgesOf(facts);
const read = new Set((facts.units ?? []).map((unit) => unit.id));

const theirs = new Set<string>();
for (const entry of packages.length === 0 ? ['.'] : packages) {
  const [folder = '.', given] = entry.split(':');
  const tsConfig =
    given ??
    ['tsconfig.json', 'tsconfig.app.json'].map((name) => path.join(folder, name)).find((file) => existsSync(file));
  const result = await cruise(
    [folder],
    {
      exclude: { path: '(^|/)node_modules/' },
      tsPreCompilationDeps: true,
      ...(tsConfig === undefined ? {} : { tsConfig: { fileName: tsConfig } }),
    },
    { extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte', '.json'] },
    tsConfig === undefined ? {} : { tsConfig: extractTsConfig(tsConfig) },
  );
  for (const edge of edgesSeen(result.output)) theirs.add(edge);
}

const missed = [...theirs].filter((edge) => !ours.has(edge)).sort();
for (const edge of missed) console.log(edge);
const recall = theirs.size === 0 ? 1 : 1 - missed.length / theirs.size;
console.log(
  `${root}: dependency-cruiser sees ${theirs.size} edges between modules that were read, ${missed.length} are not in the facts (recall ${recall.toFixed(4)}); the facts hold ${ours.size}`,
);

/** Edges of the facts, those to a barrel as well: an import through a barrel is an import of it. */
function edgesOf({ dependencies = [] }: Facts): Set<string> {
  const edges = new Set<string>();
  for (const { from, to, kind, through = [] } of dependencies) {
    if (kind !== 'import' && kind !== 'type') continue;
    for (const target of [to, ...through]) edges.add(`${from} -> ${target}`);
  }
  return edges;
}

function edgesSeen(output: ICruiseResult | string): string[] {
  if (typeof output === 'string') throw new Error('expected the result as an object');
  return output.modules.flatMap(({ source, dependencies }) =>
    dependencies
      .map(({ resolved }) => resolved)
      .filter((target) => target !== source && read.has(source) && read.has(target))
      .map((target) => `${source} -> ${target}`),
  );
}
