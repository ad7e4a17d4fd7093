import { cleanName } from "#bridge-kit";

/** A name on one line, without invisible characters. @param max the most characters */
export const oneLine = (text: string, max: number): string =>
	cleanName(cleanName(text.slice(0, max * 4)).slice(0, max));
