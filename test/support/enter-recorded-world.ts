/**
 * Loaded with `--import` before the program starts: enters the recorded world that the environment describes, and ends the
 * process at one of its writes if the environment says so.
 */
import { endAtWrite, type LastWrite } from "./last-write.ts";
import { enterRecordedWorld, type RecordedWorld } from "./recorded-world.ts";

const { CAUSEWAY_TEST_WORLD: world, CAUSEWAY_TEST_LAST_WRITE: last } = process.env;
if (world !== undefined) enterRecordedWorld(JSON.parse(world) as RecordedWorld);
if (last !== undefined) endAtWrite(JSON.parse(last) as LastWrite);
