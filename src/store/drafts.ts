import type { Draft } from "../core/ports/store.ts";
import { lastSeq } from "./event-ids.ts";
import { checkId, checkInt, checkText } from "./scalars.ts";
import { jsonOf } from "./stored.ts";

/** A valid draft, with its bodies serialised. */
export interface CheckedDraft {
	readonly draft: Draft;
	readonly body: string;
	readonly erases: readonly { readonly seq: number; readonly body: string }[];
}

const nothing: CheckedDraft["erases"] = [];

/** Checks and serialises a draft immediately, so that later changes to the object have no effect. @throws {TypeError} */
export function checkDraft(draft: Draft): CheckedDraft {
	checkId(draft.stream, "A stream");
	checkText(draft.type, "An event's type");
	checkText(draft.actor, "An event's actor");
	if (draft.request !== undefined) checkId(draft.request, "An event's request key");
	if (draft.requestMs !== undefined) checkInt(draft.requestMs, "How long a request key is taken");
	if (draft.natural !== undefined) checkId(draft.natural, "An event's natural key");
	for (const marker of draft.pending) checkMarker(marker);
	return {
		draft,
		body: jsonOf(draft.body, "An event's body"),
		erases: draft.erases?.map(checkErasure) ?? nothing,
	};
}

/** Markers are stored separated by spaces. */
function checkMarker(marker: string): void {
	if (!/^[a-z][a-z-]{0,30}$/.test(marker)) throw new TypeError(`A pending marker is not a lower-case word: ${marker}`);
}

function checkErasure({ seq, body }: { readonly seq: number; readonly body: unknown }) {
	if (!Number.isSafeInteger(seq) || seq < 1 || seq > lastSeq) throw new TypeError(`There is no event ${seq} to erase`);
	return { seq, body: jsonOf(body, "What remains of an erased event") };
}
