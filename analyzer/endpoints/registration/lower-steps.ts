import { annotatedType, type Scope } from '../../source/scopes.ts';
import { unwrap, type Node } from '../../source/syntax-tree.ts';
import type { Lowering } from './lower-code.ts';
import type { Pattern, Step } from './program.ts';

/** Statements in the order in which they run: declared functions first. */
export function lowerSteps(nodes: readonly Node[], scope: Scope, lowering: Lowering): Step[] {
  const declared = nodes.filter((node) => node.type === 'FunctionDeclaration');
  const others = nodes.filter((node) => node.type !== 'FunctionDeclaration');
  return [...declared, ...others].flatMap((node) => lowerStep(node, scope, lowering));
}

function lowerStep(node: Node, scope: Scope, lowering: Lowering): Step[] {
  const block = (inner: Node | null): Step[] =>
    inner === null ? [] : lowerSteps(inner.type === 'BlockStatement' ? inner.body : [inner], scope, lowering);
  switch (node.type) {
    case 'ExpressionStatement':
      return [{ kind: 'do', code: lowering.code(node.expression, scope) }];
    case 'VariableDeclaration':
      return node.declarations.map((declarator): Step => {
        const type = annotatedType(declarator.id);
        return {
          kind: 'let',
          pattern: lowering.pattern(declarator.id, scope),
          value: lowering.code(declarator.init, scope, type),
          ...(type === undefined ? {} : { type }),
        };
      });
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id === null || node.id === undefined
        ? []
        : [{ kind: 'let', pattern: { kind: 'name', name: node.id.name }, value: lowering.code(node, scope) }];
    case 'ExportDefaultDeclaration':
      return [
        {
          kind: 'let',
          pattern: { kind: 'name', name: '…default' },
          value: lowering.code(node.declaration as Node, scope),
        },
      ];
    case 'TSExportAssignment':
      return [
        {
          kind: 'do',
          code: {
            kind: 'assign',
            target: {
              kind: 'member',
              object: { kind: 'name', name: 'module' },
              key: { kind: 'text', text: 'exports' },
            },
            value: lowering.code(node.expression, scope),
          },
        },
      ];
    case 'ReturnStatement':
      return [{ kind: 'return', value: node.argument === null ? undefined : lowering.code(node.argument, scope) }];
    case 'ContinueStatement':
    case 'BreakStatement':
    case 'ThrowStatement':
      return [{ kind: 'leave' }];
    case 'BlockStatement':
      return block(node);
    case 'IfStatement':
      return [
        {
          kind: 'when',
          test: lowering.code(node.test, scope),
          yes: block(node.consequent),
          no: block(node.alternate),
        },
      ];
    case 'ForOfStatement':
    case 'ForInStatement':
      return [
        {
          kind: 'each',
          pattern: loopPattern(node.left, scope, lowering),
          over: lowering.code(node.right, scope),
          keys: node.type === 'ForInStatement',
          body: block(node.body),
        },
      ];
    case 'ForStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return [countingLoop(node, scope, lowering) ?? { kind: 'maybe', steps: block(node.body) }];
    case 'TryStatement': {
      const caught = node.handler === null ? [] : block(node.handler.body);
      return [
        ...block(node.block),
        ...(caught.length === 0 ? [] : [{ kind: 'maybe', steps: caught } as const]),
        ...block(node.finalizer),
      ];
    }
    case 'SwitchStatement':
      return node.cases.map((one) => ({ kind: 'maybe', steps: lowerSteps(one.consequent, scope, lowering) }));
    case 'LabeledStatement':
      return block(node.body);
    default:
      return [];
  }
}

function loopPattern(left: Node, scope: Scope, lowering: Lowering): Pattern {
  const held = left.type === 'VariableDeclaration' ? left.declarations[0]?.id : left;
  return held === undefined ? { kind: 'record', fields: [] } : lowering.pattern(held, scope);
}

/** `for (let i = 0; i < routes.length; i++)` goes over the positions of `routes`. */
function countingLoop(node: Node, scope: Scope, lowering: Lowering): Step | undefined {
  if (node.type !== 'ForStatement' || node.init?.type !== 'VariableDeclaration') return undefined;
  const test = node.test === null ? undefined : unwrap(node.test);
  const counter = node.init.declarations[0]?.id;
  if (test?.type !== 'BinaryExpression' || counter?.type !== 'Identifier') return undefined;
  const end = unwrap(test.right);
  if (end.type !== 'MemberExpression' || end.property.type !== 'Identifier' || end.property.name !== 'length')
    return undefined;
  return {
    kind: 'each',
    pattern: { kind: 'name', name: counter.name },
    over: lowering.code(end.object, scope),
    keys: true,
    body: lowerSteps([node.body], scope, lowering),
  };
}
