import { expect, test } from 'vitest';
import { createUndoStack } from './undo-stack.ts';

const resource = (name: string, ended: string[], error?: Error): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    ended.push(name);
    if (error !== undefined) throw error;
  },
});

test('ends everything, the last started first', async () => {
  const ended: string[] = [];
  {
    await using undo = createUndoStack();
    undo.use(resource('store', ended));
    undo.use(resource('proxy', ended));
  }
  expect(ended).toEqual(['proxy', 'store']);
});

test('ends the rest where one fails, and tells of it', async () => {
  const ended: string[] = [];
  const undo = createUndoStack();
  undo.use(resource('store', ended));
  undo.use(resource('proxy', ended, new Error('stuck')));
  await expect(undo[Symbol.asyncDispose]()).rejects.toThrow('stuck');
  expect(ended).toEqual(['proxy', 'store']);
});

test('what was moved is ended by the new stack alone', async () => {
  const ended: string[] = [];
  const undo = createUndoStack();
  undo.use(resource('store', ended));
  const kept = undo.move();
  await undo[Symbol.asyncDispose]();
  expect(ended).toEqual([]);
  await kept[Symbol.asyncDispose]();
  expect(ended).toEqual(['store']);
});
