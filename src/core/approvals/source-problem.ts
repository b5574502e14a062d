/** What is wrong with a person's version of how a dataset's rows are used, and where in their text. */
import { RecipeError } from '../data/recipe';
import { MlInternError } from '../errors';
import { jsonPlaces, placeOf, type JsonPath } from '../text/json-places';

export interface SourceProblem {
  message: string;
  /** Offsets in the text. */
  start: number;
  end: number;
}

/** Null: it is a failure of another kind. */
export function sourceProblem(text: string, error: unknown): SourceProblem | null {
  const places = jsonPlaces(text);
  if (places.broken !== null) {
    const line = text.indexOf('\n', places.broken);
    const end = Math.max(places.broken + 1, line === -1 ? text.length : line);
    return { message: 'This is not JSON.', start: places.broken, end };
  }
  if (!(error instanceof MlInternError) || error.reason !== 'bad-input') return null;
  const isField = error instanceof RecipeError;
  // A columns' overlap that was not checked is a matter of the mapping; a field's path begins with sources[0].
  const path: JsonPath = isField ? (error.path.slice(2) as JsonPath) : ['mapping'];
  const { start, end } = placeOf(places, path) ?? { start: 0, end: text.length };
  return { message: isField ? `${capital(error.problem)}.` : `${error.message} ${error.next}`, start, end };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
