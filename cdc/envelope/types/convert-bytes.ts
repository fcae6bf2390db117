import { named, type ConnectSchema } from '../connect-schema.ts';
import type { TypeModes, ValueConverter } from './column-type.ts';

/** How `binary.handling.mode` shows bytes. Base64 is also how Kafka's JsonConverter shows a bytes field. */
export const renderBytes = (bytes: Buffer, mode: TypeModes['binary']): string =>
  `"${bytes.toString(mode === 'hex' ? 'hex' : mode === 'base64-url-safe' ? 'base64url' : 'base64')}${
    mode === 'base64-url-safe' ? '='.repeat((3 - (bytes.length % 3)) % 3) : ''
  }"`;

export const binarySchema = (mode: TypeModes['binary']): ConnectSchema => ({
  type: mode === 'bytes' ? 'bytes' : 'string',
});

/** `bytea`, printed in hexadecimal behind `\x`. */
export function convertBinary(modes: TypeModes): ValueConverter {
  return {
    schema: binarySchema(modes.binary),
    encode: (text) => renderBytes(Buffer.from(text.slice(2), 'hex'), modes.binary),
    fallback: '""',
    unavailable: unavailableBytes(modes),
  };
}

/** Of the modes that show bytes as text only `hex` knows the placeholder; base64 gives up. */
export function unavailableBytes({ binary, placeholder }: TypeModes): string {
  if (binary === 'bytes') return renderBytes(Buffer.from(placeholder), binary);
  return binary === 'hex' ? JSON.stringify(placeholder) : 'null';
}

/** A type that Debezium does not know, under `include.unknown.datatypes`: its text as bytes. */
export function convertUnknown(modes: TypeModes, render: (text: string) => string): ValueConverter {
  return {
    schema: binarySchema(modes.binary),
    encode: (text) => renderBytes(Buffer.from(render(text)), modes.binary),
    fallback: '""',
    unavailable: unavailableBytes(modes),
  };
}

/** `bit` and `varbit`: a boolean of one bit, else Java's BitSet: little-endian, high bytes without a bit left out. */
export function convertBits(length: number, placeholder: string): ValueConverter {
  if (length === 1) {
    return {
      schema: { type: 'boolean' },
      encode: (text) => (text === '1' ? 'true' : 'false'),
      fallback: 'false',
      unavailable: 'null',
    };
  }
  return {
    schema: named('bytes', 'io.debezium.data.Bits', { parameters: { length: String(length) } }),
    encode: (text) => `"${bitsOf(text).toString('base64')}"`,
    fallback: '""',
    unavailable: JSON.stringify(placeholder),
  };
}

function bitsOf(text: string): Buffer {
  const first = text.indexOf('1');
  const bytes = Buffer.alloc(first < 0 ? 0 : Math.ceil((text.length - first) / 8));
  for (let bit = 0; bit < text.length; bit += 1) {
    if (text.charCodeAt(text.length - 1 - bit) === 49) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return bytes;
}
