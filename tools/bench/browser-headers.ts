/** What a browser sends with a click on a page, besides `Host`. */
export const browserHeaders: readonly string[] = [
  'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'accept-language: en-GB,en;q=0.9,de;q=0.8',
  'accept-encoding: gzip, deflate, br, zstd',
  'referer: http://shop.example/products/1138',
  'cookie: session=5f0c1f3f9a7b4a50b0d3a3f3b0e0c1d2; consent=all; theme=dark',
  'sec-fetch-dest: document',
  'sec-fetch-mode: navigate',
  'sec-fetch-site: same-origin',
  'cache-control: max-age=0',
];
