// Starts a certified OpenID Connect provider on a free port of loopback and prints its issuer: any login will do
// there, with any password. Arguments: its node_modules, and what it shall know of the desk, as JSON.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [modules, desk] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [JSON.parse(desk)],
    cookies: { keys: ["of a test"] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
