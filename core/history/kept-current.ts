/**
 * What somebody knows of a journal, kept current: read once for a span of time, such as a day or a month, and from then on
 * taken further by the lines that are new.
 *
 * It is read again where following would leave something out or count something twice: in another span, when retention was
 * quicker, when a stream began again, and after a look that failed halfway.
 *
 * @module
 */
import { RAW_STREAMS } from "../journal/journal.ts";
import { type Cut, cutNow } from "./cut.ts";
import { type Followed, follow, type Places } from "./follow.ts";

/** What is known of one span. */
export interface Followable {
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What takes the lines that are new. */
  followed(nowMs: number): readonly Followed[];
}

/** Reads all there is to know of the span that `nowMs` is in, as of a cut of the journal. */
export type ReadSpan<State extends Followable> = (cut: Cut, nowMs: number) => Promise<State>;

/** A state and how it is kept current. */
export class KeptCurrent<State extends Followable> {
  readonly #stateDir: string;
  readonly #read: ReadSpan<State>;
  #state: State;
  #places: Places;
  /** False while lines are taken: a look that fails then has taken some and not others. */
  #isWhole = true;

  private constructor(stateDir: string, read: ReadSpan<State>, first: { readonly state: State; readonly cut: Cut }) {
    this.#stateDir = stateDir;
    this.#read = read;
    this.#state = first.state;
    this.#places = rawPlaces(first.cut);
  }

  /** Reads what there is. @throws LarderError `JOURNAL_READ` */
  static async open<State extends Followable>(
    stateDir: string,
    read: ReadSpan<State>,
    nowMs: number,
  ): Promise<KeptCurrent<State>> {
    const cut = await cutNow(stateDir);
    return new KeptCurrent(stateDir, read, { cut, state: await read(cut, nowMs) });
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Takes what is new.
   * @returns whether all was read again
   * @throws LarderError `JOURNAL_READ`; what was known stays, and the next look reads all again
   */
  async update(nowMs: number): Promise<boolean> {
    if (await this.#follow(nowMs)) return false;
    const cut = await cutNow(this.#stateDir);
    this.#state = await this.#read(cut, nowMs);
    this.#places = rawPlaces(cut);
    this.#isWhole = true;
    return true;
  }

  async #follow(nowMs: number): Promise<boolean> {
    const { fromMs, toMs } = this.#state;
    if (!this.#isWhole || nowMs < fromMs || nowMs >= toMs) return false;
    this.#isWhole = false;
    const { places, lostBytes, restarted } = await follow(this.#stateDir, this.#places, {
      streams: RAW_STREAMS,
      wanted: this.#state.followed(nowMs),
    });
    if (lostBytes > 0 || restarted.length > 0) return false;
    this.#places = places;
    this.#isWhole = true;
    return true;
  }
}

/** Where raw streams are followed from. */
function rawPlaces({ places }: Cut): Places {
  return Object.fromEntries(Object.entries(places).filter(([name]) => RAW_STREAMS.some((raw) => raw === name)));
}
