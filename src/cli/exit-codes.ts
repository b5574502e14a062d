/** What the exit codes of `ml-intern` mean; also printed by `--help`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  badUsage: 2,
  waitsForApproval: 3,
  noBetterModel: 4,
  runLocked: 5,
  interrupted: 130,
} as const;

export const exitCodesHelp = `
Exit codes:
    0  done; for a run: it finished and a better model was promoted
    1  failed; the message says what happened and what to do next
    2  bad usage or bad input (an unknown option, a broken benchmark file, an unknown run)
    3  waits for an approval; decide with "ml-intern runs decide", then "ml-intern runs resume"
       (a push to a Hub: the same command with --yes and the hash that it printed)
    4  ended without a better model (budget spent, stopped, or nothing was promoted)
    5  another process drives this run
  130  interrupted with Ctrl-C; "ml-intern runs resume" goes on where it stopped
`;
