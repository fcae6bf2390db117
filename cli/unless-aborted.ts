/** The work's outcome, or the signal's reason when that comes first; the work is then ended by what disposes of it. */
export async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const aborted = new Promise<void>((_, reject) => {
    const tell = () => reject(signal.reason as Error);
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true, signal: ended.signal });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    ended.abort();
    work.catch(() => {});
  }
}
