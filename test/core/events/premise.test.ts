import test from "ava";
import { guarded, PremiseFailed } from "#core/events/premise.ts";
import { messages } from "#core/messages/message.ts";
import type { LogEvent } from "#core/ports/store.ts";

const eventWith = (body: unknown) => ({ body }) as LogEvent;

test("premises are checked before the folds of their own event, and leave every other event alone", (t) => {
	const body = { of: "the append" };
	const fold = { collection: messages, id: "m2", next: () => undefined };
	const folds = guarded(() => [fold], body, [{ collection: messages, id: "m1", holds: () => false }]);
	const [check, own] = folds(eventWith(body));
	t.is(own, fold);
	t.is(check?.id, "m1");
	t.throws(() => check?.next(undefined), { instanceOf: PremiseFailed });
	t.deepEqual(folds(eventWith({ of: "the append" })), [fold], "an equal body of another event");
});

test("a premise that holds changes nothing", (t) => {
	const seen: unknown[] = [];
	const body = {};
	const holds = (doc: unknown) => seen.push(doc) > 0;
	const [check] = guarded(() => [], body, [{ collection: messages, id: "m1", holds }])(eventWith(body));
	t.is(check?.next("the document"), undefined);
	t.deepEqual(seen, ["the document"]);
});

test("without premises, the folds are the same function", (t) => {
	const folds = () => [];
	t.is(guarded(folds, {}, []), folds);
});
