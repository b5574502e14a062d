import assert from 'node:assert/strict';
import { teacherPolicy } from '../../src/app/teacher-policy';

const store = (text?: string) => ({ location: '/ws/ml-intern', read: () => Promise.resolve(text) });

describe('the policy for teachers of a workspace', () => {
  it('is the preset that the settings name, else what the file says, else any', async () => {
    const file = store('{"policy": "posttrainbench"}');
    assert.equal((await teacherPolicy(file, 'any')).name, 'any');
    assert.equal((await teacherPolicy(file, 'file')).name, 'posttrainbench');
    assert.equal((await teacherPolicy(store(), 'posttrainbench')).name, 'posttrainbench');
    assert.equal((await teacherPolicy(store())).name, 'any');
  });

  it('is not guessed where the file cannot be read', async () => {
    await assert.rejects(teacherPolicy(store('{"policy": "none"}')), /teachers\.json cannot be read/);
  });
});
