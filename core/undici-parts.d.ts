// biome-ignore-all lint/style/noDefaultExport: that is how the package exports them
/** Files of undici that its own types do not name. */
declare module "undici/lib/dispatcher/agent.js" {
  export { Agent as default } from "undici";
}
declare module "undici/lib/dispatcher/proxy-agent.js" {
  export { ProxyAgent as default } from "undici";
}
declare module "undici/lib/dispatcher/dispatcher.js" {
  export { Dispatcher as default } from "undici";
}
declare module "undici/lib/api/index.js" {
  const api: object;
  export default api;
}
declare module "undici/lib/core/util.js" {
  const util: { parseURL(url: string | URL): URL };
  export default util;
}
