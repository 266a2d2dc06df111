// Bundle the pages' scripts and styles with their libraries into carte/static/dist (git-ignored).
// One entry a kind of page: carte/static/carte/{js,css}/entries/*. Same input, same bytes.
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const source = path.join(root, "carte/static/carte");
const target = path.join(root, "carte/static/dist");
const fresh = `${target}.new`;

const fonts = path.join(root, "var/fonts"); // made by subset_fonts.py

/** @param {string} kind @param {string} ending */
async function entries(kind, ending) {
	const folder = path.join(source, kind, "entries");
	const names = await readdir(folder).catch(() => []);
	return names
		.filter((name) => name.endsWith(ending))
		.sort()
		.map((name) => path.join(folder, name));
}

// Leaflet's own images are not used: markers are DivIcons (no request, no blank file). Drawings inside the
// style sheet become base64: Django rewrites every url(…) it sees, also those inside a drawing.
/** @param {string} css */
function withoutFiles(css) {
	return css
		.replace(/url\('data:image\/svg\+xml,([^']*)'\)/g, (_all, drawing) => {
			const encoded = Buffer.from(decodeURIComponent(drawing)).toString("base64");
			return `url(data:image/svg+xml;base64,${encoded})`;
		})
		.replace(/url\((?!["']?data:)[^)]*\)/g, "none");
}
const withoutImages = {
	name: "without-images",
	/** @param {import("esbuild").PluginBuild} builder */
	setup(builder) {
		builder.onLoad({ filter: /leaflet(-geoman)?\.css$/ }, async (file) => ({
			contents: withoutFiles(await readFile(file.path, "utf8")),
			loader: "css",
		}));
	},
};

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const result = await build({
	entryPoints: [...(await entries("js", ".js")), ...(await entries("css", ".css"))],
	entryNames: "[name]",
	chunkNames: "chunk-[hash]",
	outdir: fresh,
	bundle: true,
	format: "esm",
	splitting: true,
	minify: true,
	target: ["es2020", "chrome100", "firefox100", "safari15"],
	legalComments: "none",
	external: ["/static/*"],
	metafile: true,
	plugins: [withoutImages],
	logLevel: "warning",
});
// Scripts that also live inside a file: one piece each, without modules.
const alone = await build({
	entryPoints: {
		embed: path.join(source, "js/embed/main.js"),
		component: path.join(source, "js/component/main.js"),
	},
	outdir: fresh,
	bundle: true,
	format: "iife",
	minify: true,
	charset: "utf8",
	target: ["es2020", "chrome100", "firefox100", "safari15"],
	legalComments: "none",
	metafile: true,
	plugins: [withoutImages],
	logLevel: "warning",
});
Object.assign(result.metafile.inputs, alone.metafile.inputs);
for (const name of await readdir(fonts)) {
	await copyFile(path.join(fonts, name), path.join(fresh, name));
}

const used = new Set([
	"@fontsource-variable/bricolage-grotesque",
	"@fontsource-variable/atkinson-hyperlegible-next",
]);
for (const input of Object.keys(result.metafile.inputs)) {
	const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
	if (found) used.add(found[1]);
}
const banner = [];
for (const name of [...used].sort()) {
	const folder = path.join(root, "node_modules", name);
	const about = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
	const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
	const text = licence ? await readFile(path.join(folder, licence), "utf8") : String(about.license);
	banner.push(`${name} ${about.version}\n${"-".repeat(name.length)}\n${text.trim()}\n`);
}
await writeFile(path.join(fresh, "licences.txt"), banner.join("\n"));
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
