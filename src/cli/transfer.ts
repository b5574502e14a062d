/** How far a transfer is, for people: its size first, then a line that is drawn anew where the terminal can. */
import type { TransferProgress } from '../core/ports/box-files';
import { sizeText } from '../core/size';
import { eraseLine, type Terminal } from './terminal';

/** `verb` as in "Fetching". */
export function transferTeller(terminal: Terminal, verb: string): (progress: TransferProgress) => void {
  let first = true;
  return ({ bytes, totalBytes }) => {
    if (first) terminal.line(`${verb} ${sizeText(totalBytes)}.`);
    else if (terminal.live) terminal.err(`${eraseLine}${sizeText(bytes)} of ${sizeText(totalBytes)}`);
    first = false;
  };
}
