import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import test from "ava";
import { type Browser, chromium } from "playwright-core";
import { type Running, startGateway } from "../../support/gateway.ts";
import { withPalette } from "../../support/palette-png.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { tour } from "./tour.ts";

/** `CAUSEWAY_TEST_SCREENSHOTS=1` takes the screenshots of docs/accounts.md again. */
const pictures =
	process.env.CAUSEWAY_TEST_SCREENSHOTS === "1"
		? path.join(import.meta.dirname, "..", "..", "..", "docs", "images", "identity")
		: undefined;

let browser: Browser;
test.before(async () => {
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
test.after.always(() => browser?.close());

/** The browser's message about a page with a 4xx status, which is expected after a rejected form. */
const isAnswer = (text: string): boolean =>
	/^Failed to load resource: the server responded with a status of 4\d\d/.test(text);

for (const colorScheme of ["light", "dark"] as const) {
	for (const [size, width] of [
		["narrow", 320],
		["wide", 1000],
	] as const) {
		test(`every identity page is accessible, fits, and complies with its CSP: ${size}, ${colorScheme}`, async (t) => {
			await using running: Running = await startGateway(await temporaryFolder(t), {
				CAUSEWAY_REGISTRATION_MODE: "open",
				// No account of the tour has an address that counts, so nothing is sent.
				CAUSEWAY_MAIL_URL: "smtp://127.0.0.1:9",
				CAUSEWAY_MAIL_FROM: "causeway@localhost",
				CAUSEWAY_INSTANCE_NAME: "Riverside",
			});
			const context = await browser.newContext({ viewport: { width, height: 700 }, colorScheme });
			context.setDefaultTimeout(120_000);
			const complaints: string[] = [];
			context.on("console", (message) => {
				if (!isAnswer(message.text())) complaints.push(message.text());
			});
			context.on("request", (request) => {
				const { hostname } = new URL(request.url());
				if (hostname !== "localhost" && hostname !== "127.0.0.1") complaints.push(`asks ${request.url()}`);
			});
			const titles = new Map<string, string>();
			await tour(running, context, async (name, page) => {
				// axe is slow, and its findings don't depend on the width.
				const { violations } =
					size === "wide" ? await new AxeBuilder({ page }).setLegacyMode(true).analyze() : { violations: [] };
				const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
				t.deepEqual(
					grave.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`),
					[],
				);
				t.true(
					((await page.evaluate("document.documentElement.scrollWidth")) as number) <= width,
					`${name} is wider than the window`,
				);
				titles.set(name, await page.title());
				if (pictures === undefined) return;
				await mkdir(pictures, { recursive: true });
				const picture = withPalette(await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide" }));
				t.true(picture.length < 60_000, `${name}: ${picture.length} bytes`);
				await writeFile(path.join(pictures, `${name}-${size}-${colorScheme}.png`), picture);
			});
			t.deepEqual(complaints, []);
			t.is(titles.get("sign-up"), "Create your account · Riverside");
			t.is(titles.get("sign-up-faults"), "Error: Create your account · Riverside");
			await context.close();
		});
	}
}
