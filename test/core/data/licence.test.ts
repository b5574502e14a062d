import assert from 'node:assert/strict';
import { defaultLicencePolicy, licenceVerdict, mergePolicies } from '../../../src/core/data/licence';
import { licenceFacts, readmeText, statedLicences } from '../../../src/core/data/licence-facts';
import { licenceId } from '../../../src/core/data/licence-names';
import { combinedLicence } from '../../../src/core/data/licence-terms';
import { mostRowLicences, RowLicences } from '../../../src/core/data/row-licences';
import { licencesOfFile, licencesOfReadme } from '../../../src/core/data/licence-text';
import type { Row } from '../../../src/core/ports/rows';
import type { LicenceSource, LicenceVerdict } from '../../../src/core/run/types';

describe('licenceVerdict', () => {
  const cases: [string | null, LicenceVerdict][] = [
    ['apache-2.0', 'allow'],
    ['CC-BY-4.0', 'allow'],
    ['cc-by-nc-4.0', 'deny'],
    ['cc-by-nc-sa-4.0', 'deny'],
    ['cc-by-nd-4.0', 'deny'],
    ['cc-by-sa-4.0', 'ask'],
    ['other', 'ask'],
    ['other (house rules)', 'ask'],
    [null, 'ask'],
    ['', 'ask'],
    ['mit, apache-2.0', 'allow'],
    ['mit, cc-by-nc-4.0', 'deny'],
    ['mit, something-new', 'ask'],
  ];
  for (const [licence, verdict] of cases) {
    it(`says ${verdict} to ${licence}`, () => assert.equal(licenceVerdict(licence), verdict));
  }

  it('follows an edited policy: what is named outweighs a pattern and the default', () => {
    const policy = mergePolicies(
      defaultLicencePolicy,
      { allow: ['cc-by-sa-*', 'cc-by-nc-4.0'], deny: [] },
      { allow: [], ask: ['mit'], deny: ['gemma'] },
    );
    assert.equal(licenceVerdict('cc-by-sa-4.0', policy), 'allow');
    assert.equal(licenceVerdict('cc-by-nc-4.0', policy), 'allow');
    assert.equal(licenceVerdict('cc-by-nc-3.0', policy), 'deny');
    assert.equal(licenceVerdict('mit', policy), 'ask');
    assert.equal(licenceVerdict('gemma', policy), 'deny');
  });

  it("lets a team's pattern outweigh what the default names", () => {
    const strict = mergePolicies(defaultLicencePolicy, { allow: ['apache-2.0'], deny: ['*'] });
    assert.deepEqual(
      ['mit', 'apache-2.0', 'cc-by-nc-4.0', 'other'].map((id) => licenceVerdict(id, strict)),
      ['deny', 'allow', 'deny', 'deny'],
    );
    const careful = mergePolicies(defaultLicencePolicy, { allow: [], ask: ['cc-by-*'], deny: ['bsd*'] });
    assert.deepEqual(
      ['cc-by-4.0', 'bsd-3-clause', 'mit'].map((id) => licenceVerdict(id, careful)),
      ['ask', 'deny', 'allow'],
    );
  });

  it('asks the policies in turn: a later one is silent about what it does not name', () => {
    const policy = mergePolicies(defaultLicencePolicy, { allow: [], deny: ['gemma'] }, { allow: ['*-nc-*'], deny: [] });
    assert.deepEqual(
      ['gemma', 'cc-by-nc-4.0', 'mit'].map((id) => licenceVerdict(id, policy)),
      ['deny', 'allow', 'allow'],
    );
  });
});

describe('licenceId', () => {
  const cases: [string, string | null][] = [
    ['Apache License 2.0', 'apache-2.0'],
    ['apache-2.0', 'apache-2.0'],
    ['MIT License', 'mit'],
    ['CC BY-NC 4.0', 'cc-by-nc-4.0'],
    ['cc-by-sa-3.0', 'cc-by-sa-3.0'],
    ['CC BY-NC-SA', 'cc-by-nc-sa'],
    ['https://creativecommons.org/licenses/by-sa/4.0/', 'cc-by-sa-4.0'],
    ['Attribution-NonCommercial 4.0 International', 'cc-by-nc-4.0'],
    ['Creative Commons Attribution 4.0', 'cc-by-4.0'],
    ['CC0', 'cc0-1.0'],
    ['ODC-By', 'odc-by'],
    ['llama3.1', 'llama3.1'],
    ['Llama 3 Community License', 'llama3'],
    ['gemma', 'gemma'],
    ['OpenRAIL++', 'openrail++'],
    ['other', 'other'],
    ['Not specified', 'unknown'],
    ['see the website', null],
    ['', null],
  ];
  for (const [words, id] of cases) it(`reads "${words}" as ${id}`, () => assert.equal(licenceId(words), id));
});

describe('licences in texts', () => {
  it('finds them in a README only where it speaks of licences', () => {
    assert.deepEqual(
      licencesOfReadme('# Set\nMIT researchers made it.\n\n## Licence\nCC BY-NC 4.0\n## More\nApache 2.0'),
      ['cc-by-nc-4.0'],
    );
    assert.deepEqual(licencesOfReadme('The code is under the MIT license, the rows are licensed CC-BY-SA-4.0.'), [
      'mit',
      'cc-by-sa-4.0',
    ]);
    assert.deepEqual(licencesOfReadme('Nothing of that kind.'), []);
  });

  it('knows a licence file by its beginning', () => {
    assert.deepEqual(licencesOfFile('                 Apache License\n           Version 2.0, January 2004'), [
      'apache-2.0',
    ]);
    assert.deepEqual(licencesOfFile('MIT License\n\nPermission is hereby granted, free of charge, to any person'), [
      'mit',
    ]);
    assert.deepEqual(licencesOfFile('Attribution-NonCommercial-ShareAlike 4.0 International\n\n====='), [
      'cc-by-nc-sa-4.0',
    ]);
  });
});

function rowLicences(rows: readonly Row[]): LicenceSource[] {
  const licences = new RowLicences();
  for (const row of rows) licences.add(row);
  return licences.sources();
}

describe('licenceFacts', () => {
  const card = (...licences: string[]) => ({ where: 'the card', licences });

  it('shows what contradicts what, and leaves it to a person', () => {
    const facts = licenceFacts(
      [card('mit'), { where: 'the column license', licences: ['cc-by-sa-4.0', 'mit'] }],
      defaultLicencePolicy,
    );
    assert.equal(facts.licence, 'mit');
    assert.equal(facts.verdict, 'ask');
    assert.equal(facts.conflict, 'the card says mit, but the column license says cc-by-sa-4.0, mit.');
  });

  it('denies what any weighty place denies; the words of a README only make it ask', () => {
    const nc = ['cc-by-nc-4.0'];
    assert.equal(
      licenceFacts([card('mit'), { where: 'the file LICENSE', licences: nc }], defaultLicencePolicy).verdict,
      'deny',
    );
    assert.equal(licenceFacts([card('mit'), { where: readmeText, licences: nc }], defaultLicencePolicy).verdict, 'ask');
  });

  it('sees no contradiction in a licence said less exactly', () => {
    const sources = [
      card('cc-by-4.0'),
      { where: readmeText, licences: ['cc-by'] },
      { where: 'its tags', licences: ['cc-by-4.0'] },
    ];
    assert.equal(licenceFacts(sources, defaultLicencePolicy).conflict, undefined);
  });

  it('reads the licence that each row carries', () => {
    const rows = [
      { text: 'a', license: 'MIT License' },
      { text: 'b', license: ['CC BY 4.0', null] },
      { text: 'c', license: 'house rules' },
    ];
    assert.deepEqual(
      rows.flatMap((row) => rowLicences([row])[0]?.licences),
      ['mit', 'cc-by-4.0', 'house rules'],
    );
    assert.deepEqual(rowLicences([{ license: null }, { other: 'MIT' }]), []);
  });

  it('holds what any place states, once each; the words of a README only where nothing else says any', () => {
    const stated = (licenceSources: LicenceSource[]) => statedLicences({ licence: 'mit', licenceSources });
    const tags = { where: 'its tags', licences: ['cc-by'] };
    const readme = { where: readmeText, licences: ['gemma'] };
    const rows = { where: 'the column license', licences: ['cc-by-sa-4.0', 'mit'] };
    assert.equal(
      stated([card('mit'), { where: 'the file LICENSE', licences: ['cc-by-4.0'] }, tags, readme]),
      'mit, cc-by-4.0',
    );
    assert.equal(stated([card('mit'), rows]), 'mit, cc-by-sa-4.0');
    assert.equal(stated([readme]), 'gemma');
    assert.equal(stated([{ ...card('other'), name: 'house' }]), 'other (house)');
    assert.equal(stated([]), 'mit', 'as in sheets of earlier versions');
  });

  it('judges every licence of the rows, however many there are, and says which one is denied', () => {
    const names = Array.from({ length: 60 }, (_, index) => `aal-${index}`);
    const rows = [...names, 'cc-by-nc-4.0', 'mit'].map((license) => ({ license }));
    const facts = licenceFacts([card('mit'), ...rowLicences(rows)], { allow: ['mit', 'aal-*'], deny: ['*-nc-*'] });
    assert.equal(facts.verdict, 'deny');
    assert.equal(facts.denied, 'the column license says cc-by-nc-4.0');
    assert.match(facts.conflict ?? '', /and \d+ more\.$/);
  });

  it('counts what it cannot keep, and leaves that to a person', () => {
    const rows = Array.from({ length: mostRowLicences + 5 }, (_, index) => ({ license: `aal-${index}` }));
    const sources = rowLicences(rows);
    assert.deepEqual([sources[0]?.licences.length, sources[0]?.unread], [mostRowLicences, 5]);
    assert.equal(licenceFacts(sources, { allow: ['aal-*'], deny: [] }).verdict, 'ask');
  });
});

describe('combinedLicence', () => {
  it('puts the obligations of all sources on what is made from them', () => {
    const all = combinedLicence([
      { what: 'a/one', licence: 'mit' },
      { what: 'a/two', licence: 'cc-by-sa-4.0' },
    ]);
    assert.deepEqual(all.obligations, ['attribution', 'share-alike']);
    assert.equal(all.licence, 'cc-by-sa-4.0');
    assert.deepEqual(all.attribution, ['a/one: mit', 'a/two: cc-by-sa-4.0']);
  });

  it('says what cannot be kept together', () => {
    const twoAlike = combinedLicence([
      { what: 'a/one', licence: 'odbl' },
      { what: 'a/two', licence: 'cc-by-sa-4.0' },
    ]);
    assert.equal(twoAlike.licence, 'other');
    assert.match(twoAlike.remarks.join(), /odbl and cc-by-sa-4\.0 each ask for the same licence/);
    const nc = combinedLicence([
      { what: 'a/one', licence: 'cc-by-sa-4.0' },
      { what: 'a/two', licence: 'cc-by-nc-4.0' },
    ]);
    assert.deepEqual([nc.licence, nc.obligations], ['other', ['attribution', 'share-alike', 'non-commercial']]);
    assert.match(nc.remarks.join(), /cannot both be kept/);
  });

  it("carries a teacher's terms, and says who states no licence", () => {
    const all = combinedLicence([
      { what: 'lab/teacher', licence: 'llama3.1', kind: 'teacher' },
      { what: 'a/silent', licence: null },
    ]);
    assert.deepEqual(all.obligations, ['own-terms']);
    assert.equal(all.licence, 'other');
    assert.match(all.remarks.join('\n'), /a\/silent states no licence/);
    assert.match(all.remarks.join('\n'), /Rows written by lab\/teacher carry its terms \(llama3\.1\)/);
  });

  it('asks for nothing where nothing is asked for', () => {
    assert.deepEqual(combinedLicence([{ what: 'a/free', licence: 'cc0-1.0' }]).obligations, []);
  });
});
