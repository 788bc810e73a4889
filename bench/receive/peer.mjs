/** The smallest Node server with the same promise: each body is appended to a file and on the disk before 202. */
import { open } from "node:fs/promises";
import { createServer } from "node:http";

const file = await open(process.argv[2], "a");
const server = createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", async () => {
    await file.write(`${Buffer.concat(pieces).toString()}\n`);
    await file.datasync();
    response.writeHead(202).end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/` })));
