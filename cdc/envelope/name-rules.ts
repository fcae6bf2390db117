/** Kafka takes letters, digits, `.`, `_` and `-` in a topic's name; Debezium puts `_` for each other character. */
export function topicName(...parts: readonly string[]): string {
  const name = parts
    .join('.')
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 249);
  return name === '.' ? '_' : name === '..' ? '__' : name;
}

export type Adjustment = 'none' | 'avro' | 'avro_unicode';

const unicodeOf = (character: string) => `_u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** `schema.name.adjustment.mode`: names that Avro accepts. */
export function adjustSchemaName(name: string, mode: Adjustment): string {
  if (mode === 'none') return name;
  const replace = mode === 'avro' ? '_' : unicodeOf;
  const valid = mode === 'avro' ? /[^A-Za-z0-9_.]/g : /[^A-Za-z0-9.]/g;
  return adjustStart(name.replaceAll(valid, replace as string), mode);
}

/** `field.name.adjustment.mode`: a field has no dots either. */
export function adjustFieldName(name: string, mode: Adjustment): string {
  if (mode === 'none') return name;
  const replace = mode === 'avro' ? '_' : unicodeOf;
  const valid = mode === 'avro' ? /[^A-Za-z0-9_]/g : /[^A-Za-z0-9]/g;
  return adjustStart(name.replaceAll(valid, replace as string), mode);
}

function adjustStart(name: string, mode: Adjustment): string {
  if (!/^[0-9]/.test(name)) return name;
  return mode === 'avro' ? `_${name.slice(1)}` : `${unicodeOf(name.charAt(0))}${name.slice(1)}`;
}
