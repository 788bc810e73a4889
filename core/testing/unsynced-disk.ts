/** A disk that is not synced, for journals that are made to be measured or thrown away. */
import { open } from "node:fs/promises";
import { type Disk, realDisk } from "../disk.ts";

export const unsynced: Disk = {
  ...realDisk,
  open: async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    return {
      writev: file.writev.bind(file),
      datasync: async () => undefined,
      truncate: file.truncate.bind(file),
      close: file.close.bind(file),
    } as Awaited<ReturnType<Disk["open"]>>;
  },
  syncFolder: async () => undefined,
};
