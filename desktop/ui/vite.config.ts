import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The window's own WebKit or WebView2 reads this, never an old browser; and the page is part of the program, so that one file of
// script is as quick as many.
export default defineConfig({
  plugins: [svelte()],
  build: { target: 'safari16', modulePreload: false, assetsInlineLimit: 0 },
  clearScreen: false,
});
