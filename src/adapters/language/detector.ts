/** The language of a text. The smallest of the detector's data sets: it was right on as many short texts as larger detectors, ten times faster. */

/** ISO 639-1; null where the text is too short or too strange to tell. */
export type LanguageDetector = (text: string) => string | null;

/** Its data are a megabyte, so they are loaded by whoever needs them. */
export async function languageDetector(): Promise<LanguageDetector> {
  const { eld } = await import('eld/extrasmall');
  return (text) => {
    const words = text.match(/\p{L}+/gu)?.join(' ') ?? '';
    if (words.length < 12) return null;
    const { language } = eld.detect(words);
    return language === '' ? null : language;
  };
}
