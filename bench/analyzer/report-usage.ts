/** The last line of a measured process: what it cost and what it found. */
export function reportUsage(output: string): void {
  const usage = process.resourceUsage();
  const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000;
  console.log(JSON.stringify({ cpuMs, peakBytes: usage.maxRSS * 1024, output }));
}
