import test from "ava";
import { checkDeliveries, countArrivals, waitInVain } from "../fixtures/checks/deliveries.ts";
import { checkActivities, checkFollows } from "../fixtures/checks/fediverse.ts";
import { checkGuest, checkPosts, checkRepeats } from "../fixtures/checks/posting.ts";
import { checkPages, checkReadings, checkResume } from "../fixtures/checks/readings.ts";
import { checkRooms } from "../fixtures/checks/rooms.ts";
import { checkSignIn } from "../fixtures/checks/sign-in.ts";
import { openCopy } from "../fixtures/copy.ts";
import { recorded } from "../fixtures/recorded.ts";
import { named, objectOf, readRecording } from "../fixtures/recording.ts";
import { type MongoPeer, startMongo } from "../peers/mongodb.ts";
import { runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

let server: MongoPeer;
test.before(async () => {
	server = await startMongo();
});
test.after.always(() => server?.stop());

for (const { commit, name, folder, kind } of recorded())
	test.serial(
		`data that ${commit} wrote to ${name} is read, its pending work is finished, and it can be used`,
		async (t) => {
			const recording = await readRecording(folder);
			await using copy = await openCopy(kind(server), folder, recording, await temporaryFolder(t));
			const cli = async (...words: readonly string[]) => (await runProgram(copy.env, words)).stdout;
			// The first program of a new version that opens the data may be a command.
			await cli("doctor");

			await copy.start();
			await checkDeliveries(t, copy, recording);
			const shown = await checkReadings(t, recording);
			const report = await cli("doctor");
			t.true(report.includes("activitypub:localhost:8483"), "the dead letter is reported");
			t.false(report.includes("activitypub:localhost:8482"), "the lane that was in trouble is not");
			const count = countArrivals(copy);
			for (const start of ["second", "third"]) {
				await copy.stop();
				await copy.start();
				await waitInVain();
				t.is(countArrivals(copy), count, `nothing is left to do at the ${start} start`);
			}
			t.deepEqual(await checkReadings(t, recording), shown);

			await checkResume(t, recording);
			await checkPages(t, recording);
			await checkRepeats(t, recording);
			await checkSignIn(t, recording);
			await checkPosts(t, copy, recording);
			await checkFollows(t, copy, recording);
			await checkActivities(t, copy, recording);
			await checkGuest(t, copy, recording);
			await checkRooms(t, copy, recording);

			t.is(await cli("deliveries", "replay", "activitypub:localhost:8483"), "1");
			await copy.stop();
			await copy.start();
			const refused = objectOf(named(recording.messages, "refused by stork"));
			const arrived = () => copy.peers.hosts.stork.ledger.filter(({ object }) => object === refused).length;
			await until("the dead letter arrives", () => arrived() > 0);
			await waitInVain();
			t.is(arrived(), 1, "the dead letter arrives once");
			t.false((await cli("doctor")).includes("localhost:8483"));
		},
	);
