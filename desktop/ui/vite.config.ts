import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The window's own WebKit or WebView2 reads this, never an old browser; and the page is part of the program, so that one file of
// script is as quick as many.
export default defineConfig({
  plugins: [svelte()],
  // The camera's script is the phone page's own, in edge/web; what it needs is installed here.
  resolve: { alias: { 'qr/decode.js': fileURLToPath(new URL('./node_modules/qr/decode.js', import.meta.url)) } },
  build: { target: 'safari16', modulePreload: false, assetsInlineLimit: 0 },
  clearScreen: false,
});
