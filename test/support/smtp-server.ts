import { createServer, type Socket } from "node:net";

/** A mail that the server has accepted. */
export interface AcceptedMail {
	readonly from: string;
	readonly to: readonly string[];
	/** Headers and body. */
	readonly data: string;
}

/**
 * Starts a mail server on loopback that implements the part of SMTP (RFC 5321) that a client needs, without TLS.
 *
 * @param refusals responses that reject the next messages, such as `451 try later`
 */
export async function startSmtpServer(refusals: string[] = []) {
	const mails: AcceptedMail[] = [];
	const sockets = new Set<Socket>();

	function serve(socket: Socket): void {
		let buffer = "";
		let from = "";
		let to: string[] = [];
		let inData = false;
		const reply = (line: string): boolean => socket.write(`${line}\r\n`);
		sockets.add(socket);
		socket.setEncoding("utf8");
		socket.on("error", () => {});
		socket.on("close", () => sockets.delete(socket));
		reply("220 test ESMTP");
		socket.on("data", (chunk) => {
			buffer += chunk.toString();
			for (;;) {
				const end = buffer.indexOf(inData ? "\r\n.\r\n" : "\r\n");
				if (end < 0) return;
				const part = buffer.slice(0, end);
				buffer = buffer.slice(end + (inData ? 5 : 2));
				if (inData) {
					inData = false;
					const refusal = refusals.shift();
					if (refusal === undefined) mails.push({ from, to, data: part.replaceAll("\r\n..", "\r\n.") });
					reply(refusal ?? "250 accepted");
				} else answer(part);
			}
		});

		function answer(line: string): void {
			const [, address = ""] = /<(.*?)>/.exec(line) ?? [];
			switch (line.slice(0, 4).toUpperCase()) {
				case "MAIL":
					[from, to] = [address, []];
					return void reply("250 ok");
				case "RCPT":
					to.push(address);
					return void reply("250 ok");
				case "DATA":
					inData = true;
					return void reply("354 go on");
				case "QUIT":
					return void socket.end("221 bye\r\n");
				default:
					reply("250 test");
			}
		}
	}

	const server = createServer(serve);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("The mail server has no port");
	return {
		url: `smtp://127.0.0.1:${address.port}`,
		mails,
		async [Symbol.asyncDispose]() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
