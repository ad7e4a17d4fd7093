import { argon2, randomBytes } from "node:crypto";
import { serveCalls } from "../serve-calls.ts";

const options = { parallelism: 4, tagLength: 32, memory: 65_536, passes: 3 };

const calls = {
	/** Computes `count` password hashes, two at a time. */
	async hash(count: number): Promise<void> {
		let left = count;
		const work = async (): Promise<void> => {
			while (left-- > 0) {
				const { promise, resolve, reject } = Promise.withResolvers<unknown>();
				const message = { message: "a quiet harbour", nonce: randomBytes(16), ...options };
				argon2("argon2id", message, (error, key) => (error === null ? resolve(key) : reject(error)));
				await promise;
			}
		};
		await Promise.all([work(), work()]);
	},
};
export type Hashes = typeof calls;
serveCalls(calls);
