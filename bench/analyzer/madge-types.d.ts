/** What is used of madge, which brings no types. */
declare module 'madge' {
  interface Graph {
    obj(): Record<string, string[]>;
  }
  function madge(
    root: string,
    options: {
      readonly fileExtensions: readonly string[];
      readonly excludeRegExp: readonly RegExp[];
      readonly tsConfig?: string;
    },
  ): Promise<Graph>;
  export default madge;
}
