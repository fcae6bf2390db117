export interface Screening {
  readonly passed: boolean;
  readonly locale: string;
  /** Share of words that are insults, 0…1. */
  readonly toxicity: number;
  readonly findings: readonly string[];
}

const insults = new Set(['idiot', 'idiots', 'moron', 'crap', 'scum', 'bastard', 'scammer', 'scammers']);
const commonWords: Readonly<Record<string, readonly string[]>> = {
  en: ['the', 'and', 'it', 'is', 'not', 'in', 'was', 'for', 'with', 'this'],
  de: ['der', 'die', 'das', 'und', 'ist', 'nicht', 'sehr', 'ein', 'mit', 'ich'],
  fr: ['le', 'la', 'les', 'et', 'est', 'pas', 'très', 'un', 'avec', 'je'],
};

/** The rules of the shop's screening: a review must fare the same on both sides. */
export function screen(headline: string, text: string): Screening {
  const words = `${headline} ${text}`.toLowerCase().match(/\p{L}+/gu) ?? [];
  const bad = words.filter((word) => insults.has(word));
  const findings = [...new Set(bad)].map((word) => `insult: ${word}`);
  if (/https?:\/\/|www\./i.test(text)) findings.push('link');
  if (/[^\s@]+@[^\s@]+\.[a-z]{2,}/i.test(text)) findings.push('e-mail address');
  const hits = Object.entries(commonWords).map(
    ([locale, common]) => [locale, words.filter((word) => common.includes(word)).length] as const,
  );
  const [locale] = hits.reduce((best, each) => (each[1] > best[1] ? each : best), ['en', 0] as const);
  return {
    passed: findings.length === 0,
    locale,
    toxicity: words.length === 0 ? 0 : Math.round((bad.length / words.length) * 1000) / 1000,
    findings,
  };
}
