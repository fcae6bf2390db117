import { fail, pass, type Gate } from './gate.ts';

export const operatorNamed: Gate = {
  name: 'operator-named',
  needs: 'A person answers for the attempt, and the journal says who.',
  decide: ({ by, kind }) =>
    by !== null && by.trim() !== ''
      ? pass(`asked for by ${by}`, { by })
      : fail('nobody is named', `Name the person: \`overgrow ${kind} <context> --by NAME --execute\`.`),
};
