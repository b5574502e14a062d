import assert from 'node:assert/strict';
import { jsonPlaces, placeOf, type JsonPath } from '../../src/core/text/json-places';

const text = '{ "a": [1, {"b \\" c": "x"}],\n "d": null }';
const at = (...path: JsonPath): string => {
  const place = placeOf(jsonPlaces(text), path);
  return place === undefined ? '' : text.slice(place.start, place.end);
};

describe('places in a JSON text', () => {
  it('are found by path', () => {
    assert.equal(at('a', 0), '1');
    assert.equal(at('a', 1, 'b " c'), '"x"');
    assert.equal(at('d'), 'null');
  });

  it('of what is missing are those of what it would be in', () => {
    assert.equal(at('a', 1, 'none', 'deeper'), '{"b \\" c": "x"}');
    assert.equal(at('none'), text);
  });

  it('agree with JSON.parse on what is JSON', () => {
    const broken = ['', '{', '[1,]', '{"a" 1}', '{"a": tru}', '01', '"a\nb"', '{} x', '[1 2]', '{"a": 1,}', '"\\x"'];
    for (const each of [...broken, text, '-1.5e3', '[]', ' {} ', '"\\u00e9"']) {
      let holds = true;
      try {
        JSON.parse(each);
      } catch {
        holds = false;
      }
      assert.equal(jsonPlaces(each).broken === null, holds, each);
    }
    assert.equal(jsonPlaces('{"a": tru}').broken, 6);
  });
});
