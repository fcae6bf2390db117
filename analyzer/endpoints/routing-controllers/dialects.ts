/** How a package writes routes on classes. Each is data; what is done with it is in link-routing-controllers.ts. */
export interface Dialect {
  readonly packages: readonly string[];
  /** Decorators that make a class a controller; `none` where methods alone do. */
  readonly controllers: readonly string[];
  readonly methods: Readonly<Record<string, string>>;
  /** Decorators that guard a class or method. */
  readonly guards: readonly string[];
  /** Paths are written `{id}`. */
  readonly braces: boolean;
}

const verbs = {
  Get: 'GET',
  Post: 'POST',
  Put: 'PUT',
  Patch: 'PATCH',
  Delete: 'DELETE',
  Head: 'HEAD',
  Options: 'OPTIONS',
  All: 'ALL',
};
const inversifyVerbs = {
  httpGet: 'GET',
  httpPost: 'POST',
  httpPut: 'PUT',
  httpPatch: 'PATCH',
  httpDelete: 'DELETE',
  httpHead: 'HEAD',
  all: 'ALL',
};

export const dialects: readonly Dialect[] = [
  {
    packages: ['routing-controllers'],
    controllers: ['Controller', 'JsonController'],
    methods: verbs,
    guards: ['Authorized', 'UseBefore'],
    braces: false,
  },
  {
    packages: ['tsoa', '@tsoa/runtime'],
    controllers: ['Route'],
    methods: verbs,
    guards: ['Security', 'Middlewares'],
    braces: true,
  },
  {
    packages: ['inversify-express-utils', '@inversifyjs/http-core'],
    controllers: ['controller', 'Controller'],
    methods: { ...inversifyVerbs, ...verbs },
    guards: ['UseGuard'],
    braces: false,
  },
  {
    packages: ['@tsed/common', '@tsed/di', '@tsed/schema', '@tsed/platform-http', '@tsed/platform-middlewares'],
    controllers: ['Controller'],
    methods: verbs,
    guards: ['UseAuth', 'Authenticate', 'Authorize', 'UseBefore', 'Use'],
    braces: false,
  },
  {
    packages: ['@overnightjs/core', '@decorators/express'],
    controllers: ['Controller', 'ClassWrapper'],
    methods: verbs,
    guards: ['Middleware'],
    braces: false,
  },
  {
    packages: ['@loopback/rest', '@loopback/openapi-v3'],
    controllers: [],
    methods: { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', del: 'DELETE' },
    guards: ['authenticate', 'authorize'],
    braces: true,
  },
];
