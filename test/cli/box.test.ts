/** What `ml-intern box` prints and which code it ends with. */
import assert from 'node:assert/strict';
import { cardText } from '../../src/cli/commands/box/check';
import { boxCard } from '../support/box-card';

describe('ml-intern box check', () => {
  it('prints the card readable, with who uses the GPUs and how to mend what is missing', () => {
    const missing = [{ what: 'a way to the Hub', mend: 'export HF_ENDPOINT=https://mirror' }];
    const text = cardText(boxCard({ missing, clockSkewSeconds: -75 }));
    for (const line of [
      /^box {6}gpu1 \(calls itself a100-3\)$/m,
      /^memory {3}97\.7 GiB free of 128 GiB$/m,
      /^gpu 0 {4}NVIDIA H100 80GB HBM3, 79\.6 GiB \(29\.4 GiB used, 97 % busy\), driver 550\.54$/m,
      /^ +bob: python train\.py \(process 4242, 30 000 MiB\)$/m,
      /^network {2}Hub answers \(https:\/\/huggingface\.co: HTTP 200 in 90 ms\)$/m,
      /^clock {4}75 s behind this machine$/m,
      /^missing {2}a way to the Hub\. Mend it with: export HF_ENDPOINT=https:\/\/mirror$/m,
    ])
      assert.match(text, line);
  });

  it('lets nothing of the box move the cursor', () => {
    const users = [{ pid: 1, user: 'bob', command: '\u001b[2Jrm', memoryMiB: 1, job: null }];
    const [gpu] = boxCard().gpus;
    assert.ok(gpu);
    assert.doesNotMatch(cardText(boxCard({ gpus: [{ ...gpu, users }] })), /\u001b/);
  });
});
