/**
 * The collection of a model as Mongoose names it: its name in lower case and in the plural, by the rules of
 * mongoose-legacy-pluralize, the first that fits.
 */
export function collectionName(model: string): string {
  const name = model.toLowerCase();
  if (uncountable.has(name)) return name;
  for (const [ending, plural] of rules) if (ending.test(name)) return name.replace(ending, plural);
  return name;
}

const uncountable = new Set(
  (
    'advice energy excretion digestion cooperation health justice labour machinery equipment information pollution sewage paper money ' +
    'species series rain rice fish sheep moose deer news expertise status media'
  ).split(' '),
);

const rules: readonly (readonly [RegExp, string])[] = [
  [/human$/, 'humans'],
  [/man$/, 'men'],
  [/person$/, 'people'],
  [/child$/, 'children'],
  [/^ox$/, 'oxen'],
  [/(ax|test)is$/, '$1es'],
  [/(octop|vir)us$/, '$1i'],
  [/(alias|status)$/, '$1es'],
  [/bus$/, 'buses'],
  [/(buffal|tomat|potat)o$/, '$1oes'],
  [/([ti])um$/, '$1a'],
  [/sis$/, 'ses'],
  [/([^f])fe$/, '$1ves'],
  [/([lr])f$/, '$1ves'],
  [/hive$/, 'hives'],
  [/([^aeiouy]|qu)y$/, '$1ies'],
  [/(x|ch|ss|sh)$/, '$1es'],
  [/(matr|vert|ind)ix$/, '$1ices'],
  [/([ml])ouse$/, '$1ice'],
  [/quiz$/, 'quizzes'],
  [/^goose$/, 'geese'],
  [/s$/, 's'],
  [/([^a-z])$/, '$1'],
  [/$/, 's'],
];
