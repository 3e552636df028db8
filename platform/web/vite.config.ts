import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/static/",
  plugins: [svelte()],
  build: {
    outDir: "dist",
    manifest: true,
    target: "es2022",
    // The content security policy allows no data: fonts or scripts, so nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["src/room/main.ts", "src/wall/main.ts", "src/pages/main.ts"] },
  },
  // Tests run in Node, but are about browsers.
  resolve: process.env.VITEST
    ? { conditions: ["browser"], alias: { "tus-js-client": "tus-js-client/lib.esm/browser/index.js" } }
    : {},
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
});
