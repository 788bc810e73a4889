/**
 * Reports that were set aside, in `rejected/_reports.lp`: each under a comment with the time by the clock here and the
 * reason. One that is taken after all leaves the file once it is in the journal.
 *
 * @module
 */
import type { Disk } from "../../core/disk.ts";
import { readIfThere, writeAtomically } from "../../core/files.ts";
import { openSetAside, SET_ASIDE_REPORTS } from "../set-aside.ts";
import { rejectPath } from "../ship/ship.ts";

/** A report in the file. */
export interface AsideReport {
  /** When it was set aside, by the clock here as it was then. */
  readonly atMs: number;
  readonly body: Uint8Array;
}

export class AsideFile {
  readonly #path: string;
  readonly #disk: Disk | undefined;
  readonly #setAside: ReturnType<typeof openSetAside>;
  /** One after the other: who writes the file again would leave out what another appends. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stateDir: string, nowMs: () => number, disk?: Disk) {
    this.#path = rejectPath(stateDir, SET_ASIDE_REPORTS);
    this.#disk = disk;
    this.#setAside = openSetAside(stateDir, nowMs, { name: SET_ASIDE_REPORTS });
  }

  /**
   * Keeps a report.
   * @returns false where there is no room
   * @throws LarderError `REJECT_WRITE`
   */
  async put(hostname: string, body: Uint8Array, reason: string): Promise<boolean> {
    const what = Buffer.from(body).toString("utf8");
    return await this.#inTurn(async () => (await this.#setAside(`report of ${hostname}`, [{ what, reason }])) > 0);
  }

  /**
   * Offers the reports of the file, oldest first, and leaves out those that were taken. A crash in between leaves a report
   * in the file that was taken: the journal knows it.
   * @param take whether it is on the disk elsewhere
   * @returns how many were taken
   */
  async offer(take: (report: AsideReport) => Promise<boolean>): Promise<number> {
    return await this.#inTurn(async () => {
      const lines = ((await readIfThere(this.#path)) ?? Buffer.alloc(0)).toString("utf8").split("\n");
      const kept: string[] = [];
      let taken = 0;
      for (let i = 0; i < lines.length; i++) {
        const [comment = "", text = ""] = lines.slice(i, i + 2);
        const atMs = Date.parse(/^# (\d{4}-\S+Z) /.exec(comment)?.[1] ?? "");
        const isReport = Number.isFinite(atMs) && text.startsWith("# {");
        if (isReport && (await take({ atMs, body: Buffer.from(text.slice(2), "utf8") }))) {
          taken++;
          i++;
        } else kept.push(comment);
      }
      const own = this.#disk === undefined ? {} : { disk: this.#disk };
      if (taken > 0) await writeAtomically(this.#path, kept.join("\n"), own);
      return taken;
    });
  }

  async #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }
}
