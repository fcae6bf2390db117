import { describe, expect, test } from 'vitest';
import { judgeHistory, type StoredReview, type WriteRecord } from './history.ts';

const created = (reviewId: string, token: string): WriteRecord => ({
  operation: { kind: 'create-review', token, reviewId },
  outcome: 'acknowledged',
  status: 201,
});
const review = (reviewId: string, token: string, votes = 0): StoredReview => ({ reviewId, token, votes });
const both = (...reviews: StoredReview[]) => ({ monolith: reviews, service: reviews });

describe('the history checker', () => {
  test('accepts a history whose writes stand once in both databases', () => {
    const verdict = judgeHistory([created('1', 'a-1')], both(review('1', 'a-1')));
    expect(verdict).toEqual({ acknowledged: 1, cut: 0, lost: [], doubled: [], mismatched: [] });
  });

  test('finds a lost creation, in the database that lacks it', () => {
    const verdict = judgeHistory([created('1', 'a-1')], { monolith: [review('1', 'a-1')], service: [] });
    expect(verdict.lost).toEqual(['service: review 1']);
    expect(verdict.mismatched).toHaveLength(1);
  });

  test('finds a lost update', () => {
    const updated: WriteRecord = {
      operation: { kind: 'update-review', reviewId: '1', token: 'a-1.2' },
      outcome: 'acknowledged',
      status: 200,
    };
    expect(judgeHistory([created('1', 'a-1'), updated], both(review('1', 'a-1'))).lost).toHaveLength(2);
    expect(judgeHistory([created('1', 'a-1'), updated], both(review('1', 'a-1.2'))).lost).toEqual([]);
  });

  test('finds a deleted review that came back', () => {
    const deleted: WriteRecord = {
      operation: { kind: 'delete-review', reviewId: '1' },
      outcome: 'acknowledged',
      status: 204,
    };
    expect(judgeHistory([created('1', 'a-1'), deleted], both(review('1', 'a-1'))).lost).toHaveLength(2);
    expect(judgeHistory([created('1', 'a-1'), deleted], both()).lost).toEqual([]);
  });

  test('finds a creation that was applied twice', () => {
    const verdict = judgeHistory([created('1', 'a-1')], both(review('1', 'a-1'), review('2', 'a-1')));
    expect(verdict.doubled).toEqual(['monolith: a-1 stands 2 times', 'service: a-1 stands 2 times']);
  });

  test('finds a vote that was counted twice', () => {
    const vote: WriteRecord = {
      operation: { kind: 'vote', reviewId: '1', voter: '7' },
      outcome: 'acknowledged',
      status: 200,
    };
    expect(judgeHistory([created('1', 'a-1'), vote], both(review('1', 'a-1', 2))).doubled).toHaveLength(2);
  });

  test('accepts both outcomes of a cut write, but only the same in both databases', () => {
    const cut: WriteRecord = {
      operation: { kind: 'create-review', token: 'a-9', reviewId: null },
      outcome: 'cut',
      status: null,
    };
    expect(judgeHistory([cut], both()).mismatched).toEqual([]);
    expect(judgeHistory([cut], both(review('5', 'a-9'))).mismatched).toEqual([]);
    expect(judgeHistory([cut], { monolith: [review('5', 'a-9')], service: [] }).mismatched).toHaveLength(1);
  });

  test('finds a review that nobody wrote', () => {
    expect(judgeHistory([], both(review('5', 'x-1'))).mismatched).toHaveLength(2);
  });
});
