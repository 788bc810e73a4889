import { expect, it } from "vitest";
import { silentLog } from "../log.ts";
import { type FeedEvent, startServer } from "./server.ts";

it("an event is written once, however many clients it is sent to", async () => {
  const clients: ((event: FeedEvent) => void)[] = [];
  const answer = () => ({
    feed: (send: (event: FeedEvent) => void) => {
      clients.push(send);
      return () => undefined;
    },
  });
  const server = await startServer({
    ...{ host: "127.0.0.1", port: 0, browsers: true, log: silentLog },
    routes: [{ method: "GET", path: "/feed", answer }],
  });
  try {
    const ends = new AbortController();
    const read = async (): Promise<string> => {
      const answered = await fetch(new URL("feed", server.url), { signal: ends.signal });
      const { value } = (await answered.body?.getReader().read()) ?? {};
      return new TextDecoder().decode(value);
    };
    const texts = Promise.all([read(), read(), read()]);
    while (clients.length < 3) await new Promise((resolve) => setImmediate(resolve));
    let written = 0;
    const event = {
      id: "1",
      get data() {
        written++;
        return "größer\nals";
      },
    };
    for (const send of clients) send(event);
    const text = "id: 1\ndata: größer\ndata: als\n\n";
    expect(await texts).toEqual([text, text, text]);
    expect(written).toBe(1);
    ends.abort();
  } finally {
    await server.close();
  }
});
