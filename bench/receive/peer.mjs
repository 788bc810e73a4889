/**
 * The smallest Node server with the same promise: each body is appended to a file and on the disk before 202. What comes
 * while the disk is busy is written together.
 */
import { open } from "node:fs/promises";
import { createServer } from "node:http";

const file = await open(process.argv[2], "a");
let waiting = [];
let writing = false;

async function write() {
  writing = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    await file.write(Buffer.concat(batch.flatMap(({ pieces }) => [...pieces, Buffer.from("\n")])));
    await file.datasync();
    for (const { response } of batch) response.writeHead(202).end();
  }
  writing = false;
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    waiting.push({ pieces, response });
    if (!writing) void write();
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/` })));
