/**
 * Ways to ask for a file and read its body: our own for plain HTTP, undici for https, behind one interface.
 *
 * @module
 */
export { RawTransport } from "./raw-transport.ts";
export {
  type AnswerFields,
  type AssetHead,
  type AssetRequest,
  type FetchCode,
  FetchError,
  type FetchErrorDetails,
  fetchError,
  type Redirect,
  type ResponseHandler,
  type TransferEnd,
  type Transport,
} from "./request.ts";
export { UndiciTransport } from "./undici-transport.ts";
