export interface Interpolated {
  readonly text: string;
  /** Variables without a value and without a default. */
  readonly missing: readonly string[];
  /** What was put in for what, so that it can be hidden. Defaults stand in the file and are no secret. */
  readonly used: readonly { readonly source: string; readonly value: string }[];
}

/**
 * Puts the environment into a text: `${NAME}`, and `${NAME:-default}` where NAME is unset or empty, as a POSIX shell does.
 * `$${` stands for `${` itself. A default has no braces in it.
 */
export function interpolate(source: string, env: Readonly<Record<string, string | undefined>>): Interpolated {
  const missing: string[] = [];
  const used: { source: string; value: string }[] = [];
  const text = source.replace(
    /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}/g,
    (written: string, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return '${';
      const value = env[name];
      if (value !== undefined && (value !== '' || fallback === undefined)) {
        if (value !== '') used.push({ source: written, value });
        return value;
      }
      if (fallback !== undefined) return fallback;
      missing.push(name);
      return written;
    },
  );
  return { text, missing, used };
}
