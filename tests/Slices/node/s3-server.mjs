// An S3-compatible server (s3rver) over a folder, with one bucket. Prints "ready PORT".
// usage: node s3-server.mjs FOLDER BUCKET
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "Conformance", "node", "package.json");
const S3rver = createRequire(packages)("s3rver");
const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] });
const { port } = await server.run();
console.log(`ready ${port}`);
