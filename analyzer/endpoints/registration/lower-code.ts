import type { ModuleTree } from '../../source/module-tree.ts';
import type { LineIndex } from '../../source/place.ts';
import { annotatedType, lookup, unitOf, type Scope } from '../../source/scopes.ts';
import {
  childrenOf,
  isClass,
  isFunction,
  staticKey,
  unwrap,
  type ClassNode,
  type FunctionNode,
  type Node,
} from '../../source/syntax-tree.ts';
import { lowerSteps } from './lower-steps.ts';
import { anySpeaks } from './speaks.ts';
import {
  unknownCode,
  type CallCode,
  type ClassCode,
  type Code,
  type FunctionCode,
  type Given,
  type ParameterCode,
  type Pattern,
  type Step,
} from './program.ts';

/** Turns syntax into the few forms of `program.ts`. What has no form there is unknown. */
export interface Lowering {
  code(node: Node | null | undefined, scope: Scope, contract?: string): Code;
  pattern(node: Node, scope: Scope): Pattern;
  block(nodes: readonly Node[], scope: Scope): Step[];
}

const answering = /^_*(?:req|request|ctx|context|c|res|response|err|error|reply|event)$/i;
const answeringTypes = /^(?:Request|\w*Context|NextRequest|FastifyRequest|Req)$/;

export function createLowering(tree: ModuleTree, lines: LineIndex): Lowering {
  const spoken = new Map<Node, boolean>();
  const lowering: Lowering = { code, pattern, block: (nodes, scope) => lowerSteps(nodes, scope, lowering) };
  return lowering;

  function code(node: Node | null | undefined, scope: Scope, contract?: string): Code {
    if (node === null || node === undefined) return unknownCode;
    const inner = unwrap(node);
    if (isFunction(inner)) return { kind: 'function', code: functionCode(inner, scope, contract) };
    if (isClass(inner)) return { kind: 'class', code: classCode(inner, scope) };
    switch (inner.type) {
      case 'Literal':
        if (typeof inner.value === 'boolean') return { kind: 'flag', value: inner.value };
        if (typeof inner.value === 'string' || typeof inner.value === 'number')
          return { kind: 'text', text: String(inner.value) };
        return 'regex' in inner ? { kind: 'text', text: inner.raw ?? '' } : unknownCode;
      case 'TemplateLiteral':
        return {
          kind: 'join',
          parts: inner.quasis.flatMap((quasi, index): Code[] => {
            const text: Code = { kind: 'text', text: quasi.value.cooked ?? quasi.value.raw };
            const expression = inner.expressions[index];
            return expression === undefined ? [text] : [text, code(expression, scope)];
          }),
        };
      case 'BinaryExpression':
        if (inner.operator === '+') return { kind: 'join', parts: [code(inner.left, scope), code(inner.right, scope)] };
        if (/^[!=]==?$/.test(inner.operator))
          return {
            kind: 'compare',
            equal: inner.operator.startsWith('='),
            left: code(inner.left, scope),
            right: code(inner.right, scope),
          };
        return unknownCode;
      case 'UnaryExpression':
        return inner.operator === '!' ? { kind: 'not', of: code(inner.argument, scope) } : unknownCode;
      case 'Identifier':
        return { kind: 'name', name: inner.name };
      case 'ThisExpression':
        return { kind: 'self' };
      case 'Super':
        return { kind: 'parent' };
      case 'MetaProperty':
        return {
          kind: 'record',
          entries: ['url', 'filename', 'dirname'].map((key) => ({
            key: { kind: 'text', text: key },
            value: given(inner, scope, { kind: 'name', name: key === 'dirname' ? '__dirname' : '__filename' }),
          })),
        };
      case 'MemberExpression':
        return {
          kind: 'member',
          object: code(inner.object, scope),
          key: keyCode(inner.property, inner.computed, scope),
        };
      case 'CallExpression':
      case 'NewExpression':
        return callCode(inner, scope);
      case 'ImportExpression':
        return { kind: 'module', specifier: code(inner.source, scope), name: '*' };
      case 'ObjectExpression':
        return {
          kind: 'record',
          entries: inner.properties.map((property) =>
            property.type === 'SpreadElement'
              ? { key: undefined, value: given(property.argument, scope) }
              : { key: keyCode(property.key, property.computed, scope), value: given(property.value, scope) },
          ),
        };
      case 'ArrayExpression':
        return {
          kind: 'list',
          items: inner.elements.flatMap((element) => (element === null ? [] : [given(element, scope)])),
        };
      case 'SpreadElement':
        return { kind: 'spread', of: code(inner.argument, scope) };
      case 'ConditionalExpression':
        return {
          kind: 'when',
          test: code(inner.test, scope),
          yes: code(inner.consequent, scope),
          no: code(inner.alternate, scope),
        };
      case 'LogicalExpression':
        // `ready && app.use(…)` and `options.prefix || '/api'`.
        if (inner.operator === '&&')
          return {
            kind: 'when',
            test: code(inner.left, scope),
            yes: code(inner.right, scope),
            no: unknownCode,
          };
        return { kind: 'either', options: [code(inner.left, scope), code(inner.right, scope)] };
      case 'AssignmentExpression':
        if (inner.operator === '+=') {
          const target = code(inner.left, scope);
          return { kind: 'assign', target, value: { kind: 'join', parts: [target, code(inner.right, scope)] } };
        }
        return { kind: 'assign', target: code(inner.left, scope), value: code(inner.right, scope) };
      case 'SequenceExpression':
        return { kind: 'sequence', parts: inner.expressions.map((part) => code(part, scope)) };
      default:
        return unknownCode;
    }
  }

  function given(node: Node, scope: Scope, known?: Code): Given {
    return { code: known ?? code(node, scope), from: node.start, to: node.end, line: lines.lineAt(node.start) };
  }

  function keyCode(node: Node, computed: boolean, scope: Scope): Code {
    const name = staticKey(node, computed);
    if (name !== undefined) return { kind: 'text', text: name };
    return node.type === 'Literal' || computed ? code(node, scope) : unknownCode;
  }

  function callCode(node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>, scope: Scope): Code {
    const callee = unwrap(node.callee);
    const [first] = node.arguments;
    if (callee.type === 'Identifier' && callee.name === 'require' && first !== undefined)
      return { kind: 'module', specifier: code(first, scope), name: '=' };
    const at = callee.type === 'MemberExpression' ? callee.property.start : node.start;
    const call: CallCode = {
      kind: 'call',
      callee: code(callee, scope),
      construct: node.type === 'NewExpression',
      given: node.arguments.map((argument) => given(argument, scope)),
      from: node.start,
      to: node.end,
      line: lines.lineAt(at),
    };
    return call;
  }

  function functionCode(node: FunctionNode, scope: Scope, contract: string | undefined): FunctionCode {
    const inner = tree.scopeOf.get(node) ?? scope;
    const speaks = node.body !== null && anySpeaks(node.body, spoken);
    const { body } = node;
    const answers = !speaks && answersRequests(node);
    return {
      unit: unitOf(inner),
      named: inner.unit !== undefined,
      from: node.start,
      to: node.end,
      line: lines.lineAt(node.start),
      arrow: node.type === 'ArrowFunctionExpression',
      parameters: node.params.map((parameter) => parameterCode(parameter, inner)),
      ...(contract === undefined ? {} : { contract }),
      steps:
        body === null || answers
          ? undefined
          : body.type === 'BlockStatement'
            ? lowerSteps(body.body, inner, lowering)
            : [{ kind: 'return', value: code(body, inner) }],
      uses: body === null || scope === tree.module ? [] : outerParameters(body, inner),
      speaks,
    };
  }

  function parameterCode(parameter: Node, scope: Scope): ParameterCode {
    const type = annotatedType(parameter);
    const held = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
    const rest = held.type === 'RestElement';
    return {
      pattern: pattern(rest ? held.argument : held, scope),
      ...(type === undefined ? {} : { type }),
      rest,
      field: parameter.type === 'TSParameterProperty',
    };
  }

  function pattern(node: Node, scope: Scope): Pattern {
    switch (node.type) {
      case 'Identifier':
        return { kind: 'name', name: node.name };
      case 'AssignmentPattern': {
        const held = pattern(node.left, scope);
        return held.kind === 'list' ? held : { ...held, fallback: code(node.right, scope) };
      }
      case 'ObjectPattern': {
        const rest = node.properties.find((property) => property.type === 'RestElement');
        return {
          kind: 'record',
          fields: node.properties.flatMap((property) => {
            const key = property.type === 'Property' ? staticKey(property.key, property.computed) : undefined;
            return property.type !== 'Property' || key === undefined
              ? []
              : [{ key, pattern: pattern(property.value, scope) }];
          }),
          ...(rest?.type === 'RestElement' && rest.argument.type === 'Identifier' ? { rest: rest.argument.name } : {}),
        };
      }
      case 'ArrayPattern':
        return {
          kind: 'list',
          items: node.elements.map((element) =>
            element === null || element.type === 'RestElement' ? undefined : pattern(element, scope),
          ),
        };
      default:
        return { kind: 'record', fields: [] };
    }
  }

  function classCode(node: ClassNode, scope: Scope): ClassCode {
    const inner = tree.scopeOf.get(node) ?? scope;
    return {
      unit: inner.unit,
      name: node.id?.name,
      parent: node.superClass === null ? undefined : code(node.superClass, scope),
      members: node.body.body.flatMap((member) => {
        if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return [];
        const kind =
          member.type === 'PropertyDefinition' ? 'field' : 'kind' in member && member.kind === 'get' ? 'get' : 'method';
        const type = member.type === 'PropertyDefinition' ? annotatedType(member) : undefined;
        return [
          {
            key: keyCode(member.key, member.computed, inner),
            kind,
            static: member.static,
            value: code(member.value, inner),
            ...(type === undefined ? {} : { type }),
          } as const,
        ];
      }),
      line: lines.lineAt(node.start),
      speaks: anySpeaks(node.body, spoken),
    };
  }
}

/** Names in a function that are parameters of one around it. */
function outerParameters(body: Node, inner: Scope): string[] {
  const found = new Set<string>();
  const pending: Node[] = [body];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at.type === 'Identifier' && inner.parent !== undefined && !inner.declarations.has(at.name)) {
      const declaration = lookup(inner.parent, at.name, at.start);
      if (declaration?.kind === 'parameter') found.add(at.name);
    }
    pending.push(...childrenOf(at));
  }
  return [...found].sort();
}

function answersRequests(node: FunctionNode): boolean {
  const [first] = node.params;
  if (first === undefined) return false;
  if (answeringTypes.test(annotatedType(first) ?? '')) return true;
  return first.type === 'Identifier' && answering.test(first.name);
}
