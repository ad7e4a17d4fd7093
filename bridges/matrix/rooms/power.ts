import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { isRecord } from "../incoming/event.ts";

/** What a room's state says of who may do what, as far as consent needs it. */
export interface Power {
	of(user: string): number;
	/** Whether somebody may change the power levels themselves. */
	mayChangePower(user: string): boolean;
	readonly encrypted: boolean;
}

const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** Reads a room's power levels now. Since room version 12 its creators stand above all levels and are not listed. @throws {HomeserverError} */
export async function readPower(homeserver: Homeserver, room: string): Promise<Power> {
	const state = async (type: string): Promise<Record<string, unknown>> => {
		try {
			return await homeserver.request("GET", `/rooms/${segment(room)}/state/${type}/?format=event`);
		} catch (error) {
			if (error instanceof HomeserverError && error.status === 404) return {};
			throw error;
		}
	};
	const [levels, creation, encryption] = [
		contentOf(await state("m.room.power_levels")),
		await state("m.room.create"),
		await state("m.room.encryption"),
	];
	const creators = creatorsOf(creation);
	const users = isRecord(levels.users) ? levels.users : {};
	const events = isRecord(levels.events) ? levels.events : {};
	const needed = number(events["m.room.power_levels"], number(levels.state_default, 50));
	const of = (user: string): number =>
		creators.has(user) ? Number.POSITIVE_INFINITY : number(users[user], number(levels.users_default, 0));
	return { of, mayChangePower: (user) => of(user) >= needed, encrypted: Object.keys(encryption).length > 0 };
}

/** Servers that know no `format=event` answer with the content alone. */
const contentOf = (event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
	isRecord(event.content) ? event.content : event;

function creatorsOf(creation: Readonly<Record<string, unknown>>): ReadonlySet<string> {
	const content = contentOf(creation);
	if (Number.parseInt(String(content.room_version ?? "1"), 10) < 12) return new Set();
	const more = Array.isArray(content.additional_creators) ? content.additional_creators : [];
	return new Set([creation.sender, ...more].filter((user): user is string => typeof user === "string"));
}
