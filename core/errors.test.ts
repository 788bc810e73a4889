import { describe, expect, it } from "vitest";
import { errorText, LarderError } from "./errors.ts";
import { fileError } from "./sqlite/database-errors.ts";

/** What Node throws. */
const refused = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${code}: not permitted, ${syscall} '/x'`), { code, syscall });

describe("a refusal of the system", () => {
  it("is not one of owner and mode, in words", () => {
    expect(errorText(refused("EACCES", "open"))).toBe("this user does not have the right: its owner and mode decide");
    expect(errorText(refused("EPERM", "open"))).toBe(
      "the system guards it, whatever its owner and mode say; on a Mac that is privacy protection",
    );
  });

  it("asks for Full Disk Access, whatever the caller thought of; one of owner and mode does not", () => {
    const next = "give this user the right to read it";
    const about = (cause: unknown): string | undefined => new LarderError("Cannot", { code: "X", next, cause }).next;
    for (const syscall of ["open", "scandir", "stat", "lstat", "access"]) {
      expect(about(refused("EPERM", syscall)), syscall).toMatch(/Full Disk Access/);
      expect(about(refused("EACCES", syscall)), syscall).toBe(next);
    }
    // these have other reasons: not the owner, a folder with the sticky bit, a port
    for (const syscall of ["chown", "kill", "unlink", "rename", "listen"]) {
      expect(about(refused("EPERM", syscall)), syscall).toBe(next);
    }
  });

  it("has codes of its own for a database", () => {
    expect(fileError("/x", refused("EPERM", "open"))).toMatchObject({ code: "DB_PRIVACY" });
    expect(fileError("/x", refused("EACCES", "open"))).toMatchObject({ code: "DB_DENIED" });
  });
});
