/** Whether a unit takes a migration back: what it drops is there as long as nobody runs it. */
export function undoesMigration(unit: string): boolean {
  return /(?:^|\.)(?:down|rollback|revert)(?:@\d+)?$/.test(unit);
}
