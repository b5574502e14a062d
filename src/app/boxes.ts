/** A box for people: opened by its name, with what every box can do and what this one can do besides. Used by CLI and editor alike. */
import type { Box } from '../core/ports/box';
import { openBox } from './box-factory';
import type { AppOptions } from './options';

export interface OpenedBox {
  box: Box;
}

export async function openBoxForPerson(host: string, options: AppOptions): Promise<OpenedBox> {
  return { box: await openBox(host, options) };
}
