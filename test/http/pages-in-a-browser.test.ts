import test from "ava";
import { type Browser, chromium } from "playwright-core";
import { type Door, openDoor, type Person } from "./door.ts";

let door: Door;
let browser: Browser;
let pages: readonly string[];
test.before(async () => {
	door = await openDoor();
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
	const jane: Person = await door.person("jane");
	const { path } = await door.channel(jane, { tier: "discoverable" });
	const text = `# Long\n\n${"unbroken".repeat(40)}\n\n| a | b |\n|---|---|\n| ${"wide ".repeat(40)} | x |\n\n\`\`\`\n${"code ".repeat(60)}\n\`\`\``;
	const made = await door.ask("POST", `${path}/messages`, {
		token: jane.token,
		body: { type: "article", content: { text, title: "A long one" }, tags: ["#long"] },
	});
	await door.ask("PUT", `${path}/messages/${made.body.id}/reactions/%F0%9F%8E%89`, { token: jane.token });
	await door.ask("POST", `${path}/messages`, {
		token: jane.token,
		body: { type: "memo", content: { text: "reply" }, reference: made.body.id },
	});
	const { handle } = (await door.ask("GET", path)).body;
	pages = ["/", "/@jane", `/c/${handle}`, "/tags/long", `/@jane/${made.body.id}`];
});
test.after.always(async () => {
	await browser?.close();
	await door?.close();
});

/** The lowest contrast between text and its background on a page (WCAG 2.2 §1.4.3). Runs in the page. */
function lowestContrast(): { ratio: number; text: string } {
	const doc = (globalThis as unknown as { document: { querySelectorAll(selector: string): Iterable<Element> } })
		.document;
	interface Element {
		readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string }>;
		readonly parentElement: Element | null;
	}
	const styleOf = (
		globalThis as unknown as { getComputedStyle(element: Element): { color: string; backgroundColor: string } }
	).getComputedStyle;
	const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
	const luminance = (rgb: number[]): number => {
		const [r = 0, g = 0, b = 0] = rgb
			.slice(0, 3)
			.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const behind = (element: Element | null): number[] => {
		for (let at = element; at !== null; at = at.parentElement) {
			const color = parse(styleOf(at).backgroundColor);
			if (color[3] !== 0) return color;
		}
		return [255, 255, 255];
	};
	let lowest = { ratio: 21, text: "" };
	for (const element of doc.querySelectorAll("body *")) {
		const text = [...element.childNodes].map((node) => (node.nodeType === 3 ? node.textContent.trim() : "")).join("");
		if (text === "") continue;
		const [a, b] = [luminance(parse(styleOf(element).color)), luminance(behind(element))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < lowest.ratio) lowest = { ratio, text };
	}
	return lowest;
}

for (const colorScheme of ["light", "dark"] as const) {
	for (const width of [320, 1200]) {
		test(`pages can be read at ${width} pixels in ${colorScheme}: no overflow, contrast AA, no CSP violation`, async (t) => {
			const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
			const complaints: string[] = [];
			page.on("console", (message) => complaints.push(message.text()));
			page.on("requestfailed", (request) => {
				// The browser aborts pending requests when the next page is opened.
				const { errorText } = request.failure() ?? { errorText: "" };
				if (errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${errorText}`);
			});
			for (const at of pages) {
				await page.goto(door.url + at);
				const { ratio, text } = await page.evaluate(lowestContrast);
				t.true(ratio >= 4.5, `${at}: ${ratio.toFixed(2)} for “${text}”`);
				t.true(
					((await page.evaluate("document.documentElement.scrollWidth")) as number) <= width,
					`${at} is wider than the window`,
				);
			}
			t.deepEqual(complaints, []);
			await page.close();
		});
	}
}

test("the first tab stop is the skip link, which leads to the content", async (t) => {
	const page = await browser.newPage();
	await page.goto(`${door.url}/@jane`);
	await page.keyboard.press("Tab");
	t.is(await page.evaluate("document.activeElement.textContent"), "Skip to content");
	await page.keyboard.press("Enter");
	await page.keyboard.press("Tab");
	t.truthy(
		await page.evaluate("document.activeElement.closest('main') !== null || document.querySelector('main a') === null"),
	);
	await page.close();
});
