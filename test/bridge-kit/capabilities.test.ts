import test from "ava";
import { capabilitiesOf } from "#bridge-kit";
import { capabilities as activityPub } from "../../bridges/activitypub/outgoing/activities.ts";
import { capabilities as matrix } from "../../bridges/matrix/outgoing/deliverers.ts";

test("a bridge declares the kinds that it has a writer for, and not those marked as unsupported", (t) => {
	const writer = () => {};
	const declared = capabilitiesOf({ ...activityPub, message: writer, edit: "unsupported" }, { relays: false });
	t.like(declared, { message: "native", edit: "none", relays: false });
});

test("the ActivityPub bridge declares no links and departures from rooms, and the Matrix bridge no follows", (t) => {
	const unsupported = (capabilities: object) =>
		Object.entries(capabilities).flatMap(([kind, how]) => (how === "none" ? [kind] : []));
	t.deepEqual(unsupported(activityPub), ["departure", "link", "unlink"]);
	t.deepEqual(unsupported(matrix), ["join", "leave", "answer"]);
	t.deepEqual([activityPub.relays, matrix.relays], [true, false]);
});
