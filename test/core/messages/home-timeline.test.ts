import test from "ava";
import { follow } from "#core/access/join-channel.ts";
import { type HomeCursor, homeTimeline } from "#core/messages/home-timeline.ts";
import { openCore } from "../../support/core.ts";

test("a home timeline read in pages has each message once, even if all were posted in one millisecond", async (t) => {
	const core = await openCore(t);
	const jane = await core.person("jane");
	const posted: string[] = [];
	const authors = [jane, await core.person("ann"), await core.person("ben"), await core.person("cleo")];
	for (const author of authors.slice(1)) await follow(core.context, await core.timeline(author), jane);
	for (let n = 0; n < 20; n++) {
		for (const author of authors) posted.push((await core.post(author, await core.timeline(author), `Number ${n}`)).id);
	}
	const read: string[] = [];
	let before: HomeCursor | undefined;
	for (;;) {
		const page = await homeTimeline(core.context, jane, { limit: 7, ...(before === undefined ? {} : { before }) });
		read.push(...page.map(({ id }) => id));
		before = page.at(-1);
		if (page.length < 7) break;
	}
	t.deepEqual(read.toSorted(), posted.toSorted());
});
