import { errorCodes, isOvergrowError, redactText, type ErrorCode } from '@overgrow/core';

/** One thing that overgrow needs, and whether it is there. */
export type Finding =
  | { readonly kind: 'fine'; readonly what: string; readonly detail: string }
  | {
      readonly kind: 'fault';
      readonly what: string;
      readonly code: ErrorCode;
      readonly detail: string;
      /** What mends it: a statement, a command or a sentence. */
      readonly remedy: string;
    };

const oldestNode = [22, 19] as const;

/** `v22.19.0` and newer can run overgrow. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const newEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (newEnough) return { kind: 'fine', what: 'Node.js', detail: version };
  const wanted = oldestNode.join('.');
  return {
    kind: 'fault',
    what: 'Node.js',
    code: 'CLI_NODE_TOO_OLD',
    detail: `${version} is too old`,
    remedy: `Install Node.js ${wanted} or newer.`,
  };
}

/** An error as a finding; its way out is its own hint, else the remedy of its code. */
export function faultOf(what: string, error: unknown): Finding {
  const code = isOvergrowError(error) ? error.code : 'CLI_UNEXPECTED';
  const detail = error instanceof Error ? error.message || error.name : String(error);
  const hint = isOvergrowError(error) ? error.hint : undefined;
  const remedy = hint ?? errorCodes[code].remedy;
  return { kind: 'fault', what, code, detail: redactText(detail.trimEnd()), remedy: redactText(remedy) };
}

/** 0 when all is fine, else the highest exit code of the faults: 3 environment before 2 manifest. */
export function exitCodeOf(findings: readonly Finding[]): number {
  return Math.max(0, ...findings.map((finding) => (finding.kind === 'fine' ? 0 : errorCodes[finding.code].exit)));
}

export function renderFindings(findings: readonly Finding[]): string {
  const faults = findings.filter((finding) => finding.kind === 'fault').length;
  const end = faults === 0 ? 'All is well.' : faults === 1 ? 'One thing is missing.' : `${faults} things are missing.`;
  const lines = findings.flatMap((finding) =>
    finding.kind === 'fine'
      ? [`✓ ${finding.what}: ${finding.detail}`]
      : [
          `✗ ${finding.what} (${finding.code}): ${finding.detail}`,
          ...finding.remedy.split('\n').map((line) => `    ${line}`),
        ],
  );
  return [...lines, '', end].join('\n');
}
