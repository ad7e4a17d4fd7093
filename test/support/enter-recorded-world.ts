/** Loaded with `--import` before the program starts: enters the recorded world that the environment describes. */
import { enterRecordedWorld, type RecordedWorld } from "./recorded-world.ts";

const { CAUSEWAY_TEST_WORLD: world } = process.env;
if (world !== undefined) enterRecordedWorld(JSON.parse(world) as RecordedWorld);
