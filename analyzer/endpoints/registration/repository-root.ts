/** Starts every path of the file system inside the repository. */
export const repositoryRoot = '/<repository>';
