/** Data files of the box, below the folders that are open to whoever asks: what lies at a path, and which there are. */
import { z } from 'zod';
import { lookSchema, onlySplit, type Looked, type SheetAsk } from './box-sheet';

const listedSchema = z.object({
  folder: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number() })),
  leftOut: z.number(),
  complete: z.boolean(),
});

/** Names are any text: they come from the box. `complete`: there was not too much to look at. */
export type ListedFolder = z.infer<typeof listedSchema>;

/** A file, or the data files of a folder. */
export async function findOnBox(ask: SheetAsk, place: string, split = 'train'): Promise<Looked | ListedFolder> {
  const answer = await ask({ look: { place, revision: null, config: null, split } });
  const found = z.union([lookSchema, z.object({ listed: z.tuple([listedSchema]) })]).parse(answer);
  return 'listed' in found ? found.listed[0] : onlySplit(found, split);
}

/** Those with `name` in their paths, of every open folder. */
export async function listOnBox(ask: SheetAsk, name?: string): Promise<ListedFolder[]> {
  const answer = await ask({ list: name === undefined ? {} : { name } });
  return z.object({ listed: z.array(listedSchema) }).parse(answer).listed;
}
