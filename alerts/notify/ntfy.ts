/**
 * ntfy: a topic people follow on their telephones.
 *
 * @module
 */
import { publicUrl } from "../../core/http/http.ts";
import { type Notifier, postJson } from "./notifier.ts";

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
      const tags = [kind === "recovered" ? "white_check_mark" : kind === "daily" ? "bar_chart" : "warning"];
      await postJson(name, {
        url: address.href,
        body: { topic, title: subject, message: text, priority, tags, click: link?.value },
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
      return "delivered";
    },
  };
}
