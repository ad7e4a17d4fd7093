import { accountById } from "../../accounts/find-account.ts";
import { BoundedMap } from "../../bounded-map.ts";
import { memberships, targetKey } from "../../groups/membership.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import type { BridgeName } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import type { Bridge, Delivery, DeliveryResult, Reach } from "../../ports/bridge.ts";
import type { World } from "../../world.ts";
import { saveLinks } from "../links.ts";
import { changePortal } from "../portals/change-portal.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { type DeliveryRow, deadLetters, deliveries, type LaneTrouble, laneTroubles } from "./delivery.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { backOff, patientAttempts } from "./retry.ts";

const batch = 32;

export interface DeliveryOptions {
	readonly bridge: (name: BridgeName) => Bridge | undefined;
	/** After this time without success a delivery is a dead letter, in milliseconds. */
	readonly maxAgeMs: number;
	readonly onOutcome?: (bridge: BridgeName, status: DeliveryResult["status"] | "skipped" | "dead") => void;
}

/** Works off the deliveries of one lane, in order (design §3.4). Resolves with the time of the next try, if there is one to wait for. */
export function createDeliverer(
	world: World,
	{ bridge: bridgeOf, maxAgeMs, onOutcome = () => {} }: DeliveryOptions,
): (lane: string, signal: AbortSignal) => Promise<number | undefined> {
	const { store, clock, failPoints, logger } = world;
	const prepared = new BoundedMap<string, Promise<Prepared | undefined>>(256);
	const subjects = new BoundedMap<string, string>(1024);

	/** Prepared once for all targets of a network, until the message changes again. */
	async function preparedFor(row: DeliveryRow): Promise<Prepared | undefined> {
		const subject = subjects.get(row.event) ?? (await subjectOf(row.event));
		const version = subject === "" ? 0 : ((await store.get(messages, subject))?.doc.changed ?? 0);
		const key = `${row.reach.bridge} ${row.event} ${version}`;
		const known = prepared.get(key);
		if (known !== undefined) return known;
		const event = await store.event(row.event);
		if (event === undefined) return undefined;
		const fresh = prepare(world, row.reach.bridge, event);
		prepared.set(key, fresh);
		fresh.catch(() => prepared.delete(key));
		return fresh;
	}

	/** The message that an event is about; empty: it is about none. */
	async function subjectOf(id: string): Promise<string> {
		const body = (await store.event(id))?.body as
			| { message?: { id: string } | string; reaction?: { message: string } }
			| undefined;
		const subject =
			(typeof body?.message === "object" ? body.message.id : (body?.message ?? body?.reaction?.message)) ?? "";
		subjects.set(id, subject);
		return subject;
	}

	async function attempt(
		row: DeliveryRow,
		signal: AbortSignal,
	): Promise<{ result: DeliveryResult | { status: "skipped" }; delivery?: Delivery }> {
		const bridge = bridgeOf(row.reach.bridge);
		if (bridge === undefined)
			return { result: { status: "retry", reason: "the bridge is not enabled", lane: true, afterMs: 60_000 } };
		const content = await preparedFor(row);
		if (content === undefined || bridge.capabilities[content.kind] === "none") return { result: { status: "skipped" } };
		const delivery = { ...content, reach: row.reach } as Delivery;
		failPoints.hit("delivery:before-send");
		try {
			return { result: await bridge.deliver(delivery, signal), delivery };
		} catch (error) {
			logger.error({ err: error, event: row.event, lane: row.reach.lane }, "A bridge failed to deliver");
			return { result: { status: "retry", reason: "internal error" } };
		} finally {
			failPoints.hit("delivery:after-send");
		}
	}

	async function record(id: string, delivery: Delivery, ids: readonly string[]): Promise<void> {
		const { bridge } = delivery.reach;
		if ((delivery.kind === "message" || delivery.kind === "edit") && ids.length > 0) {
			const { id: message } = delivery.subject.message;
			if (delivery.kind === "message") await saveLinks(world, { bridge, subject: message, message }, ids);
		} else if (delivery.kind === "reaction" && ids.length > 0) {
			await saveLinks(world, { bridge, subject: delivery.reaction, message: delivery.subject.message.id }, ids);
		}
		await store.delete(deliveries, id);
		failPoints.hit("delivery:after-record");
	}

	async function bury(id: string, row: DeliveryRow, reason: string): Promise<void> {
		await store.insertMissing(deadLetters, [{ id, doc: { ...row, reason, diedAt: clock.now() } }]);
		await store.delete(deliveries, id);
		onOutcome(row.reach.bridge, "dead");
		logger.warn({ event: row.event, lane: row.reach.lane, reason }, "A delivery was given up");
	}

	/** Nobody is there any more: what they joined is over, and nothing more is sent there. */
	async function forget(reach: Reach): Promise<void> {
		const portal = await portalByRoom(world, reach.bridge, reach.target);
		if (portal !== undefined) await changePortal(world, portal.id, "degraded", "the room can't be reached any more");
		for (;;) {
			let ended = 0;
			const page = await store.page(memberships, {
				index: "target",
				prefix: [targetKey(reach)],
				order: "asc",
				limit: 200,
			});
			for (const { doc } of page) {
				const account = await accountById(world, doc.account);
				if (account === undefined) continue;
				const { changed } = await changeMembership(world, doc.place, account, (now) =>
					now?.reach?.target === reach.target ? { state: "left" } : undefined,
				);
				if (changed) ended++;
			}
			if (ended === 0) return;
		}
	}

	async function troubled(
		lane: string,
		now: LaneTrouble | undefined,
		result: Extract<DeliveryResult, { status: "retry" }>,
	): Promise<number> {
		const failures = (now?.failures ?? 0) + 1;
		const notBefore = clock.now() + backOff(failures, result.afterMs);
		const doc = { failures, notBefore, since: now?.since ?? clock.now(), reason: result.reason };
		await store.delete(laneTroubles, lane);
		await store.insertMissing(laneTroubles, [{ id: lane, doc }]);
		logger.info({ lane, failures, notBefore, reason: result.reason }, "A lane waits");
		return notBefore;
	}

	return async (lane, signal) => {
		let trouble = (await store.get(laneTroubles, lane))?.doc;
		if (trouble !== undefined && trouble.notBefore > clock.now()) return trouble.notBefore;
		/** What waits by itself keeps what concerns the same message behind it. */
		const held = new Set<string>();
		let next: number | undefined;
		let after: readonly [string, number, number] | undefined;
		while (!signal.aborted) {
			const rows = await store.page(deliveries, {
				index: "lane",
				prefix: [lane],
				order: "asc",
				limit: batch,
				...(after === undefined ? {} : { after }),
			});
			if (rows.length === 0) return next;
			for (const { id, doc: row } of rows) {
				if (signal.aborted) return clock.now();
				const stream = row.event.slice(0, row.event.lastIndexOf("/"));
				if (row.due > clock.now() || held.has(stream)) {
					if (row.attempts < patientAttempts && !held.has(stream)) return earliest(next, row.due);
					held.add(stream);
					next = earliest(next, row.due);
					after = [lane, row.at, row.seq];
					continue;
				}
				const { result, delivery } = await attempt(row, signal);
				onOutcome(row.reach.bridge, result.status);
				if (result.status === "retry") {
					const isTooOld = clock.now() - row.at > maxAgeMs;
					if (isTooOld) await bury(id, row, result.reason);
					else if (result.lane === true) return await troubled(lane, trouble, result);
					else {
						const due = clock.now() + backOff(row.attempts + 1, result.afterMs);
						const stored = await store.get(deliveries, id);
						if (stored !== undefined)
							await store.replace(deliveries, id, stored.rev, {
								...row,
								attempts: row.attempts + 1,
								due,
								reason: result.reason,
							});
						if (row.attempts + 1 < patientAttempts) return earliest(next, due);
						held.add(stream);
						next = earliest(next, due);
						after = [lane, row.at, row.seq];
					}
					continue;
				}
				if (trouble !== undefined) {
					await store.delete(laneTroubles, lane);
					trouble = undefined;
				}
				if (result.status === "rejected") {
					if (result.reason === "gone") await forget(row.reach);
					await bury(id, row, result.detail ?? result.reason);
				} else await recordOrSkip(id, delivery, result);
			}
		}
		return clock.now();
	};

	async function recordOrSkip(
		id: string,
		delivery: Delivery | undefined,
		result: { status: "skipped" } | Extract<DeliveryResult, { status: "delivered" }>,
	): Promise<void> {
		if (delivery === undefined || result.status === "skipped") await store.delete(deliveries, id);
		else await record(id, delivery, result.ids ?? []);
	}
}

const earliest = (a: number | undefined, b: number): number => (a === undefined ? b : Math.min(a, b));
