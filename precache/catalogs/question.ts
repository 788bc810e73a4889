/**
 * What makes two requests the same question.
 *
 * @module
 */
import type { DocumentRequest } from "./catalog.ts";

/** The same text for the same question: method, address, and what a POST asks. */
export function questionOf(request: Pick<DocumentRequest, "url" | "method" | "body" | "sameAs">): string {
  return [request.method ?? "GET", request.url, request.sameAs ?? request.body ?? ""].join("\n");
}
