/*
 * `npm run X` is `node scripts/run.cjs FILE args`: makes sure that the dependencies are there and the ones of
 * package-lock.json, then runs FILE on the Node that the repository pins.
 *
 * This file is CommonJS and ECMAScript 5, because the oldest Node must still be able to read the sentence below. What it
 * loads after the check is for Node 20 and later, and has no dependency: it runs before there are any.
 */
'use strict';

var oldest = 20;
var major = Number(process.versions.node.split('.')[0]);

if (major < oldest) {
  var sentence =
    'overgrow: this is Node ' + process.versions.node + ', and the scripts of this repository need ' + oldest;
  sentence += ' or later. Install a current Node (https://nodejs.org, or `nvm install 24`) and run the command again.';
  console.error(sentence);
  process.exitCode = 3;
} else {
  void require('./bootstrap/start.cjs').start(process.argv.slice(2));
}
