// The first import of the program: what comes after it may not load on an older Node at all.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`bespoke: Node ${process.version} is too old: install Node 20.19 or later\n`);
  process.exit(2);
}
