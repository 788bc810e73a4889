/**
 * ntfy: a topic people follow on their telephones.
 *
 * @module
 */
import { publicUrl } from "../../core/http/http.ts";
import { type Notifier, post } from "./notifier.ts";

/** @param setup.url address of the topic */
export function ntfy(setup: {
  readonly name: string;
  readonly url: string;
  readonly token: string | undefined;
}): Notifier {
  const { name, url, token } = setup;
  const address = new URL(url);
  const parts = address.pathname.split("/").filter((part) => part !== "");
  const topic = parts.pop() ?? "";
  address.pathname = `/${parts.join("/")}`;
  return {
    name,
    type: "ntfy",
    place: new URL(publicUrl(url)).host,
    async send({ kind, level }, { subject, text, link }) {
      const priority = kind === "recovered" ? 3 : level === "bad" ? 5 : 3;
      const tags = [kind === "recovered" ? "white_check_mark" : "warning"];
      await post(name, {
        url: address.href,
        body: JSON.stringify({ topic, title: subject, message: text, priority, tags, click: link?.value }),
        headers: {
          "content-type": "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
      return "delivered";
    },
  };
}
